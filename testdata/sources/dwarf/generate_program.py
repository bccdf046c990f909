"""Writes a C++ program of many translation units that has much to inline: templates of the standard
library and of its own, lambdas, nested scopes, members of local classes, exceptions, identical
functions, static functions of one name in several units, and one unit in assembler, for any machine
that has `nop` and `ret`. The same arguments give the same program.

    python3 generate_program.py FOLDER UNITS [large]

With `large` each unit has more templates: 40 of them make over 100 MB of DWARF with g++ -O2 -g.
"""

import random
import sys

folder, unit_count = sys.argv[1], int(sys.argv[2])
is_large = sys.argv[3:] == ["large"]
FUNCTIONS = 40 if is_large else 6

HEADER = """#pragma once
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>
#include <cstdint>
#include <stdexcept>
%(more)s

extern volatile int64_t sink;

namespace shapes {
template <int Depth> struct Fold {
  template <class Value> static inline Value apply(Value value) {
    return Fold<Depth - 1>::apply(value * Depth + 1) ^ (value >> 3);
  }
};
template <> struct Fold<0> {
  template <class Value> static inline Value apply(Value value) { return value + 1; }
};

struct Shape {
  virtual ~Shape() = default;
  virtual int64_t area(int64_t scale) const = 0;
};

template <int Number, class Value> class Polygon final : public Shape {
 public:
  explicit Polygon(std::vector<Value> edges) : edges_(std::move(edges)) {}
  int64_t area(int64_t scale) const override {
    int64_t sum = Number;
    for (const Value& edge : edges_) sum += corner(edge, scale);
    return Fold<3>::apply(sum);
  }
  Polygon operator+(const Polygon& other) const {
    std::vector<Value> edges = edges_;
    edges.insert(edges.end(), other.edges_.begin(), other.edges_.end());
    return Polygon(std::move(edges));
  }
  const std::vector<Value>& edges() const { return edges_; }

 private:
  static inline int64_t corner(const Value& edge, int64_t scale) {
    if (edge == Value(Number)) throw std::out_of_range("corner");
    return static_cast<int64_t>(edge) * scale + Fold<Number %% 4 + 1>::apply(static_cast<int64_t>(edge));
  }
  std::vector<Value> edges_;
};

namespace detail {
template <class Iterator, class Each> inline int64_t visit(Iterator first, Iterator last, Each each) {
  int64_t sum = 0;
  for (; first != last; ++first) sum = sum * 31 + each(*first);
  return sum;
}
}  // namespace detail

template <int Number> struct Key {
  int64_t value;
  bool operator<(const Key& other) const { return mix() < other.mix(); }
  int64_t mix() const { return Fold<Number %% 5>::apply(value) + Number; }
};
}  // namespace shapes
"""

LARGE_INCLUDES = """#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <deque>
#include <variant>
#include <optional>
#include <sstream>
"""


def body(unit, number, dice):
    """One of the kinds of functions, under a name of its own."""
    tag = unit * 100 + number
    value = dice.choice(["int64_t", "int", "uint32_t", "short"])
    kinds = [sort_keys, polygons, local_class, cold_path, switch, strings]
    if is_large:
        kinds += [maps, sets, variants, functions]
    kind = kinds[(number + unit) % len(kinds)]
    return kind(tag, value, dice)


def sort_keys(tag, value, dice):
    return f"""
NOINLINE int64_t keys_{tag}(int64_t count) {{
  std::vector<shapes::Key<{tag}>> keys;
  for (int64_t at = 0; at < count; at++) keys.push_back({{(at * {dice.randrange(3, 99)}) % 101}});
  std::sort(keys.begin(), keys.end());
  auto each = [count](const shapes::Key<{tag}>& key) {{
    auto inner = [&key](int64_t more) {{ return key.mix() + more; }};
    return inner(count) ^ inner({dice.randrange(99)});
  }};
  return shapes::detail::visit(keys.begin(), keys.end(), each);
}}
"""


def polygons(tag, value, dice):
    return f"""
NOINLINE int64_t polygons_{tag}(int64_t count) {{
  using Own = shapes::Polygon<{tag}, {value}>;
  std::vector<{value}> edges;
  for (int64_t at = 0; at < count % 17; at++) edges.push_back(static_cast<{value}>(at + {dice.randrange(9)}));
  Own first(edges), second = first + first;
  std::unique_ptr<shapes::Shape> shape = std::make_unique<Own>(second + first);
  return shape->area(count) + first.area({dice.randrange(9)});
}}
"""


def local_class(tag, value, dice):
    return f"""
NOINLINE int64_t local_{tag}(int64_t count) {{
  struct Counter {{
    int64_t total = {dice.randrange(99)};
    void add(int64_t more) {{ total += shapes::Fold<{dice.randrange(1, 6)}>::apply(more); }}
    NOINLINE void slow(int64_t more) {{ for (int64_t at = 0; at < more; at++) add(at * {tag}); }}
  }};
  Counter counter;
  for (int64_t at = 0; at < count; at++) {{
    counter.add(at);
    if (at % 7 == 0) counter.slow(at);
  }}
  return counter.total;
}}
"""


def cold_path(tag, value, dice):
    return f"""
NOINLINE int64_t cold_{tag}(int64_t count) {{
  int64_t sum = 0;
  for (int64_t at = 0; at < count; at++) {{
    try {{
      if (__builtin_expect(helper(at, {dice.randrange(9)}) == {tag}, 0)) {{
        std::string text = "rare " + std::to_string(at);
        throw std::runtime_error(text + text);
      }}
      sum += scoped::Helper<{tag}>().run(at);
    }} catch (const std::runtime_error& error) {{
      sum += std::string(error.what()).size();
    }}
  }}
  return sum;
}}
"""


def switch(tag, value, dice):
    cases = "".join(
        f"""    case {case}: sum += shapes::Fold<{dice.randrange(1, 9)}>::apply(at + {dice.randrange(99)}); break;
"""
        for case in range(dice.randrange(4, 9))
    )
    return f"""
NOINLINE int64_t switch_{tag}(int64_t count) {{
  int64_t sum = 0;
  for (int64_t at = 0; at < count; at++) switch (at % 9) {{
{cases}    default: sum ^= helper(sum, at);
  }}
  return sum;
}}
"""


def strings(tag, value, dice):
    return f"""
NOINLINE int64_t strings_{tag}(int64_t count) {{
  std::vector<std::string> words;
  for (int64_t at = 0; at < count % 23; at++) words.push_back(std::string(at, 'a') + std::to_string({tag} * at));
  std::stable_sort(words.begin(), words.end(), [](const std::string& a, const std::string& b) {{
    return a.size() + {dice.randrange(9)} < b.size();
  }});
  std::array<int64_t, 4> sizes{{}};
  for (const std::string& word : words) sizes[word.size() % sizes.size()] += helper(word.size(), {tag});
  return *std::max_element(sizes.begin(), sizes.end());
}}
"""


def maps(tag, value, dice):
    return f"""
NOINLINE int64_t maps_{tag}(int64_t count) {{
  std::map<shapes::Key<{tag}>, std::string> names;
  std::unordered_map<int64_t, shapes::Key<{tag}>> index;
  for (int64_t at = 0; at < count; at++) {{
    names[{{at % 91}}] += std::to_string(at);
    index.emplace(at, shapes::Key<{tag}>{{at}});
  }}
  int64_t sum = index.count({dice.randrange(99)});
  for (const auto& [key, text] : names) sum += key.mix() * text.size();
  return sum;
}}
"""


def sets(tag, value, dice):
    return f"""
NOINLINE int64_t sets_{tag}(int64_t count) {{
  std::set<shapes::Key<{tag}>> keys;
  std::deque<shapes::Key<{tag}>> queue;
  for (int64_t at = 0; at < count; at++) {{
    keys.insert({{at * {dice.randrange(3, 9)} % 57}});
    queue.push_front({{at}});
    if (queue.size() > 9) queue.pop_back();
  }}
  return shapes::detail::visit(keys.begin(), keys.end(), [](const auto& key) {{ return key.mix(); }}) +
         shapes::detail::visit(queue.begin(), queue.end(), [](const auto& key) {{ return key.value; }});
}}
"""


def variants(tag, value, dice):
    return f"""
NOINLINE int64_t variants_{tag}(int64_t count) {{
  using Any = std::variant<shapes::Key<{tag}>, std::string, std::vector<{value}>>;
  std::vector<Any> all;
  for (int64_t at = 0; at < count; at++) {{
    if (at % 3 == 0) all.emplace_back(shapes::Key<{tag}>{{at}});
    else if (at % 3 == 1) all.emplace_back(std::to_string(at));
    else all.emplace_back(std::vector<{value}>(at % 5));
  }}
  std::optional<int64_t> best;
  for (const Any& one : all) {{
    int64_t size = std::visit([](const auto& held) -> int64_t {{
      return measure(held);
    }}, one);
    if (!best || *best < size) best = size;
  }}
  return best.value_or(0);
}}
"""


def functions(tag, value, dice):
    return f"""
NOINLINE int64_t functions_{tag}(int64_t count) {{
  std::vector<std::function<int64_t(int64_t)>> steps;
  for (int64_t at = 0; at < count % 9; at++) {{
    steps.push_back([at](int64_t more) {{ return shapes::Fold<{dice.randrange(2, 7)}>::apply(at + more); }});
    steps.push_back(scoped::Helper<{tag}>());
  }}
  std::ostringstream text;
  int64_t sum = 0;
  for (auto& step : steps) {{ sum += step(sum); text << sum << ' '; }}
  return sum + text.str().size();
}}
"""


def unit_text(unit):
    dice = random.Random(unit)
    parts = "".join(body(unit, number, dice) for number in range(FUNCTIONS))
    names = [line.split("(")[0].split()[-1] for line in parts.splitlines() if line.startswith("NOINLINE")]
    calls = "".join(f"  sum += unit_{unit}::{name}(count);\n" for name in names)
    return f"""#include "shapes.h"
#define NOINLINE __attribute__((noinline))

// Of the same name in every unit, and not the same.
static inline int64_t helper(int64_t value, int64_t more) {{ return value * {unit + 3} + more; }}
static NOINLINE int64_t same_name(int64_t value) {{ return helper(value, {unit}) % 1000; }}
// The same in every unit, under a name of its own: code that a linker may fold.
NOINLINE int64_t folded_{unit}(int64_t value) {{
  return shapes::Fold<4>::apply(value) % 977;
}}

namespace {{
namespace scoped {{
template <int Number> struct Helper {{
  inline int64_t operator()(int64_t value) const {{ return run(value) + Number; }}
  NOINLINE int64_t run(int64_t value) const {{ return helper(value, Number) + shapes::Fold<2>::apply(value); }}
}};
}}  // namespace scoped
template <class Held> inline auto measure(const Held& held) -> decltype(held.size()) {{ return held.size(); }}
template <int Number> inline int64_t measure(const shapes::Key<Number>& key) {{ return key.mix(); }}
}}  // namespace

namespace unit_{unit} {{
{parts}}}

int64_t run_{unit}(int64_t count) {{
  int64_t sum = same_name(count) + folded_{unit}(count);
{calls}  return sum;
}}
"""


def write(name, text):
    with open(f"{folder}/{name}", "w") as file:
        file.write(text)


write("shapes.h", HEADER % {"more": LARGE_INCLUDES if is_large else ""})
for unit in range(unit_count):
    write(f"unit_{unit}.cpp", unit_text(unit))
declarations = "".join(f"int64_t run_{unit}(int64_t);\n" for unit in range(unit_count))
calls = "".join(f"  sink = run_{unit}(argc);\n" for unit in range(unit_count))
write("main.cpp", f"""#include "shapes.h"
volatile int64_t sink;
extern "C" void assembled();
{declarations}
int main(int argc, char**) {{
  assembled();
{calls}  return sink == 7;
}}
""")
write("assembled.S", """  .text
  .globl assembled
  .type assembled, %function
assembled:
  nop
  .rept 60
  nop
  nop
  .endr
  ret
  .size assembled, .-assembled
  .section .note.GNU-stack,"",%progbits
""")
