import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile, findSymbolTables, readStrings, SymbolReader } from "../../lib/elf/mod.ts";
import { loadDemangler } from "../../lib/symbols/mod.ts";
import { stripParameters } from "../../lib/symbols/strip_parameters.ts";
import { testdata } from "../support/testdata.ts";

for (
  const [name, wanted] of [
    ["main", "main"],
    ["foo()", "foo"],
    ["foo(int, char const*)", "foo"],
    ["ns::Foo::bar(int) const", "ns::Foo::bar"],
    ["ns::Foo::bar(int) volatile", "ns::Foo::bar"],
    ["ns::Foo::bar(int) const volatile", "ns::Foo::bar"],
    ["ns::Foo::bar() &", "ns::Foo::bar"],
    ["ns::Foo::bar() const &", "ns::Foo::bar"],
    ["ns::Foo::bar() const&", "ns::Foo::bar"],
    ["ns::Foo::bar() &&", "ns::Foo::bar"],
    ["ns::Foo::bar() const noexcept", "ns::Foo::bar"],
    ["foo(void (*)(int))", "foo"],
    ["foo(int (*(*)(char))(double))", "foo"],
    ["foo(std::function<void (int)>)", "foo"],
    ["foo(int (&) [10])", "foo"],
    ["foo<int>(int)", "foo<int>"],
    ["foo<void (int)>(void (int))", "foo<void (int)>"],
    ["foo<&bar()>()", "foo<&bar()>"],
    ["std::function<void (int)>::operator()(int) const", "std::function<void (int)>::operator()"],
    [
      "std::vector<int, std::allocator<int> >::size() const",
      "std::vector<int, std::allocator<int> >::size",
    ],
    ["Foo::operator()(int, int)", "Foo::operator()"],
    ["Foo::operator()<int>(int)", "Foo::operator()<int>"],
    ["Foo::operator[](unsigned long)", "Foo::operator[]"],
    ["Foo::operator<(Foo const&) const", "Foo::operator<"],
    ["Foo::operator<<(int)", "Foo::operator<<"],
    ["Foo::operator<<=(int)", "Foo::operator<<="],
    ["Foo::operator<=>(Foo const&)", "Foo::operator<=>"],
    ["Foo::operator>>(int)", "Foo::operator>>"],
    ["Foo::operator->()", "Foo::operator->"],
    ["Foo::operator-><int>()", "Foo::operator-><int>"],
    ["Foo::operator->*(int*)", "Foo::operator->*"],
    ["Foo::operator-(Foo const&)", "Foo::operator-"],
    ["Foo::operator--()", "Foo::operator--"],
    ["Foo::operator,(Foo const&)", "Foo::operator,"],
    ["operator< <int>(int, int)", "operator< <int>"],
    ["operator<< <char>(std::ostream&, char const&)", "operator<< <char>"],
    ["operator new(unsigned long)", "operator new"],
    ["operator new[](unsigned long)", "operator new[]"],
    ["operator delete[](void*)", "operator delete[]"],
    ["Foo::operator bool()", "Foo::operator bool"],
    ["Foo::operator std::function<void (int)>() const", "Foo::operator std::function<void (int)>"],
    ['operator""_km(long double)', 'operator""_km'],
    ["(anonymous namespace)::foo()", "(anonymous namespace)::foo"],
    ["ns::(anonymous namespace)::Foo::bar(int)", "ns::(anonymous namespace)::Foo::bar"],
    ["foo((anonymous namespace)::Foo)", "foo"],
    ["main::{lambda()#1}::operator()() const", "main::{lambda()#1}::operator()"],
    [
      "ns::run(int)::{lambda(char)#2}::operator()(char) const",
      "ns::run::{lambda(char)#2}::operator()",
    ],
    [
      "main::{lambda()#1}::operator()() const::{lambda()#1}::operator()() const",
      "main::{lambda()#1}::operator()::{lambda()#1}::operator()",
    ],
    ["foo()::Local::bar(int)", "foo::Local::bar"],
    ["foo() const::Local::bar(int)", "foo::Local::bar"],
    ["foo[abi:cxx11]()", "foo[abi:cxx11]"],
    ["foo(int) [clone .part.0]", "foo [clone .part.0]"],
    ["foo() const [clone .constprop.0] [clone .cold]", "foo [clone .constprop.0] [clone .cold]"],
    ["guard variable for foo()::x", "guard variable for foo::x"],
    ["vtable for ns::Foo", "vtable for ns::Foo"],
    ["Foo::cooperator(int)", "Foo::cooperator"],
    ["Foo::operator_like<int>(int)", "Foo::operator_like<int>"],
    ["foo(int)::constant(int)", "foo::constant"],
    // Not what it looks like: left whole.
    ["A<((1)>(2))>::f()", "A<((1)>(2))>::f()"],
    ["foo<(1)<(2)>()", "foo<(1)<(2)>()"],
    ["foo(", "foo("],
    ["foo)", "foo)"],
    ["(int)", "(int)"],
    ["()", "()"],
    ["", ""],
  ] as const
) {
  Deno.test(`stripParameters() makes "${wanted}" of "${name}"`, () => {
    assertEquals(stripParameters(name), wanted);
  });
}

Deno.test("stripParameters() takes no more than linear time", () => {
  const started = performance.now();
  for (const piece of ["(", "<", "operator<", "f(int)", "(anonymous namespace)"]) {
    stripParameters(piece.repeat(20_000));
  }
  assert(performance.now() - started < 10_000);
});

for (
  const file of [
    "cpp-x86_64/sysroot/opt/cpp-demo/bin/prism",
    "cpp-x86_64/sysroot/opt/cpp-demo/lib/libgeometry.so",
  ]
) {
  Deno.test(`stripParameters() only takes away from the names of ${file}`, async () => {
    const names = await mangledNamesOf(testdata(`recordings/${file}`));
    assert(names.length > 20, `${names.length} names`);
    const full = await loadDemangler("full", names);
    for (const name of names.map(full)) {
      const short = stripParameters(name);
      assert(short !== "" && isSubsequence(short, name) && isBalanced(short), `${name}: ${short}`);
      assert(short.startsWith(/^[^(]*/.exec(name)![0]), `${name}: ${short}`);
    }
  });
}

/** The names that begin with `_Z` and are demangled to something else. */
async function mangledNamesOf(path: string): Promise<string[]> {
  const elf = await ElfFile.open(new MemorySource(path, Deno.readFileSync(path)));
  const names = new Set<string>();
  for (const table of await findSymbolTables(elf)) {
    const symbols = new SymbolReader(elf, table);
    const offsets = new Set<number>();
    while (await symbols.fill()) while (symbols.next()) offsets.add(symbols.nameOffset);
    for (const name of (await readStrings(elf.source, table, offsets)).values()) {
      if (name.startsWith("_Z")) names.add(name.replace(/@.*/, ""));
    }
  }
  return [...names];
}

function isSubsequence(short: string, long: string): boolean {
  let at = 0;
  for (const char of long) if (char === short[at]) at++;
  return at === short.length;
}

/** Whether brackets match, those in names of operators aside. */
function isBalanced(name: string): boolean {
  const stack: string[] = [];
  const plain = name.replaceAll(/operator(?:<=>|<<=?|>>=?|->\*?|<=?|>=?|\(\)|\[\])/g, "operator");
  for (const char of plain) {
    if ("(<[{".includes(char)) stack.push(char);
    const opening = { ")": "(", ">": "<", "]": "[", "}": "{" }[char];
    if (opening !== undefined && stack.pop() !== opening) return false;
  }
  return stack.length === 0;
}
