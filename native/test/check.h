// The checks of the standalone C++ tests: a failed CHECK is reported and counted, and the test goes on.

#pragma once

#include <cstdio>

namespace lutra::test {

inline int failures = 0;

inline void report(bool passed, const char* expression, const char* file, int line) {
  if (passed) return;
  failures++;
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expression);
}

/** The exit status of a test program: call it at the end of main. */
inline int finish(const char* name) {
  if (failures == 0) {
    std::printf("%s: passed\n", name);
    return 0;
  }
  std::fprintf(stderr, "%s: %d checks failed\n", name, failures);
  return 1;
}

}  // namespace lutra::test

#define CHECK(expression) ::lutra::test::report((expression), #expression, __FILE__, __LINE__)

#define CHECK_THROWS(statement, Exception)                                               \
  do {                                                                                   \
    bool thrown = false;                                                                 \
    try {                                                                                \
      statement;                                                                         \
    } catch (const Exception&) {                                                         \
      thrown = true;                                                                     \
    }                                                                                    \
    ::lutra::test::report(thrown, #statement " throws " #Exception, __FILE__, __LINE__); \
  } while (false)
