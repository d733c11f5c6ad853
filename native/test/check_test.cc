// What a failing check says: the cases around it, from the outermost inwards.

#include "test/check.h"

#include <vector>

using lutra::test::NamedCase;

namespace {

enum class Kind { first, second };

void testPath() {
  CHECK(NamedCase::innermost() == nullptr);
  for (const int rows : {1, 2}) {
    const bool packed = rows == 2;
    CASE(rows, packed);
    const std::string outer = rows == 1 ? "rows, packed = 1, false" : "rows, packed = 2, true";
    CHECK(NamedCase::innermost()->path() == outer);
    {
      const Kind kind = Kind::second;
      const std::vector<int> sizes = {7, 130};
      CASE(kind, lutra::test::listOf(sizes));
      CHECK(NamedCase::innermost()->path() == outer + "; kind, lutra::test::listOf(sizes) = 1, 7 x 130");
    }
    CHECK(NamedCase::innermost()->path() == outer);
  }
  CHECK(NamedCase::innermost() == nullptr);
  CHECK(lutra::test::listOf(std::vector<int>()) == "none");
}

}  // namespace

int main() {
  testPath();
  return lutra::test::finish("check_test");
}
