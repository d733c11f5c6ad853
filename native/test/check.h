// The checks of the standalone C++ tests: a failed CHECK is reported with the case that it belongs to and counted, and
// the test goes on.

#pragma once

#include <cstdio>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>

namespace lutra::test {

inline int failures = 0;

/** A case that is being tested; those around it are its outer ones. Nothing is put into words before a check fails. */
class NamedCase {
 public:
  NamedCase(const NamedCase&) = delete;
  NamedCase& operator=(const NamedCase&) = delete;

  static const NamedCase* innermost() { return innermost_; }
  /** From the outermost case inwards: `isaName(isa) = avx2; M, N = 13, 17`. */
  std::string path() const { return outer_ ? outer_->path() + "; " + words() : words(); }

 protected:
  NamedCase() : outer_(innermost_) { innermost_ = this; }
  ~NamedCase() { innermost_ = outer_; }
  virtual std::string words() const = 0;

 private:
  inline static const NamedCase* innermost_ = nullptr;
  const NamedCase* outer_;
};

/** A case told by the values of some expressions. */
template <class... Values>
class CaseOf final : public NamedCase {
 public:
  explicit CaseOf(const char* expressions, Values... values) : expressions_(expressions), values_(values...) {}

 private:
  std::string words() const override {
    std::ostringstream out;
    out << std::boolalpha << expressions_ << " = ";
    const char* comma = "";
    const auto put = [&](const auto& value) {
      out << comma;
      comma = ", ";
      if constexpr (std::is_enum_v<std::decay_t<decltype(value)>>) {
        out << static_cast<int>(value);
      } else {
        out << value;
      }
    };
    std::apply([&](const auto&... value) { (put(value), ...); }, values_);
    return out.str();
  }

  const char* expressions_;
  std::tuple<Values...> values_;
};

template <class... Values>
CaseOf(const char*, Values...) -> CaseOf<Values...>;

/** `float` or `double`. */
template <class T>
const char* typeName() {
  return std::is_same_v<T, float> ? "float" : std::is_same_v<T, double> ? "double" : "integer";
}

/** `7 x 130`, for sizes or strides in the words of a case. */
template <class List>
std::string listOf(const List& list) {
  std::string words;
  for (const auto& value : list) words += (words.empty() ? "" : " x ") + std::to_string(value);
  return words.empty() ? "none" : words;
}

inline void report(bool passed, const char* expression, const char* file, int line) {
  if (passed) return;
  failures++;
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expression);
  if (const NamedCase* const failed = NamedCase::innermost()) std::fprintf(stderr, "  in %s\n", failed->path().c_str());
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

#define LUTRA_TEST_JOIN(a, b) a##b
#define LUTRA_TEST_NAME(line) LUTRA_TEST_JOIN(case_, line)

/** Names what is checked from here to the end of the scope by the values of expressions: CASE(rows, columns). */
#define CASE(...) const ::lutra::test::CaseOf LUTRA_TEST_NAME(__LINE__)(#__VA_ARGS__, __VA_ARGS__)

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
