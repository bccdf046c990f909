import { assertEquals } from "@std/assert";
import { type DemangleStyle, loadDemangler } from "../../lib/symbols/mod.ts";

// Of each mangled name what is wanted: short, full. The full spellings are those of c++filt but
// for the few that say so.
const CPP_NAMES: readonly (readonly [name: string, short: string, full: string])[] = [
  ["_Z3foov", "foo", "foo()"],
  ["_ZN2ns3Foo3barEid", "ns::Foo::bar", "ns::Foo::bar(int, double)"],
  ["_ZL6helperv", "helper", "helper()"],
  ["_ZN2ns3FooC1Ei", "ns::Foo::Foo", "ns::Foo::Foo(int)"],
  ["_ZN2ns3FooC2ERKS0_", "ns::Foo::Foo", "ns::Foo::Foo(ns::Foo const&)"],
  ["_ZN2ns3FooD0Ev", "ns::Foo::~Foo", "ns::Foo::~Foo()"],
  ["_ZN2ns3FooD1Ev", "ns::Foo::~Foo", "ns::Foo::~Foo()"],
  ["_ZNK3Foo3getEv", "Foo::get", "Foo::get() const"],
  ["_ZNVK3Foo3getEv", "Foo::get", "Foo::get() const volatile"],
  ["_ZNKR3Foo3getEv", "Foo::get", "Foo::get() const &"],
  ["_ZNO3Foo3getEv", "Foo::get", "Foo::get() &&"],
  ["_ZN3FooclEii", "Foo::operator()", "Foo::operator()(int, int)"],
  ["_ZN3FooixEm", "Foo::operator[]", "Foo::operator[](unsigned long)"],
  ["_ZN3FooplERKS_", "Foo::operator+", "Foo::operator+(Foo const&)"],
  ["_ZNK3FooltERKS_", "Foo::operator<", "Foo::operator<(Foo const&) const"],
  ["_ZN3FoogtERKS_", "Foo::operator>", "Foo::operator>(Foo const&)"],
  ["_ZN3FooleERKS_", "Foo::operator<=", "Foo::operator<=(Foo const&)"],
  ["_ZN3FoolsEi", "Foo::operator<<", "Foo::operator<<(int)"],
  ["_ZN3FoorsEi", "Foo::operator>>", "Foo::operator>>(int)"],
  ["_ZN3FoolSEi", "Foo::operator<<=", "Foo::operator<<=(int)"],
  ["_ZN3FoorSEi", "Foo::operator>>=", "Foo::operator>>=(int)"],
  ["_ZN3FoossERKS_", "Foo::operator<=>", "Foo::operator<=>(Foo const&)"],
  ["_ZN3FooptEv", "Foo::operator->", "Foo::operator->()"],
  ["_ZN3FoopmEPi", "Foo::operator->*", "Foo::operator->*(int*)"],
  ["_ZN3FoocmERKS_", "Foo::operator,", "Foo::operator,(Foo const&)"],
  ["_ZN3FooaSEOS_", "Foo::operator=", "Foo::operator=(Foo&&)"],
  ["_ZN3FooaaERKS_", "Foo::operator&&", "Foo::operator&&(Foo const&)"],
  ["_ZN3FoocoEv", "Foo::operator~", "Foo::operator~()"],
  ["_Znwm", "operator new", "operator new(unsigned long)"],
  ["_ZN3FoonaEm", "Foo::operator new[]", "Foo::operator new[](unsigned long)"],
  ["_ZdlPv", "operator delete", "operator delete(void*)"],
  ["_ZN3FoodaEPv", "Foo::operator delete[]", "Foo::operator delete[](void*)"],
  ["_ZN3FoocvbEv", "Foo::operator bool", "Foo::operator bool()"],
  ["_ZN3FoocvPKcEv", "Foo::operator char const*", "Foo::operator char const*()"],
  [
    "_ZN3FoocvSt8functionIFviEEEv",
    "Foo::operator std::function<void (int)>",
    "Foo::operator std::function<void (int)>()",
  ],
  ["_ZlsRSoRK3Foo", "operator<<", "operator<<(std::ostream&, Foo const&)"],
  ["_ZltIiEbT_S0_", "operator< <int>", "bool operator< <int>(int, int)"],
  [
    "_ZNSt6vectorIiSaIiEE9push_backERKi",
    "std::vector<int, std::allocator<int> >::push_back",
    "std::vector<int, std::allocator<int> >::push_back(int const&)",
  ],
  [
    "_ZNKSt8functionIFviEEclEi",
    "std::function<void (int)>::operator()",
    "std::function<void (int)>::operator()(int) const",
  ],
  ["_Z1fIiEvT_", "f<int>", "void f<int>(int)"],
  ["_Z3fooIJiiEEvDpT_", "foo<int, int>", "void foo<int, int>(int, int)"],
  ["_ZN3Foo3barILi3EEEvv", "Foo::bar<3>", "void Foo::bar<3>()"],
  ["_Z1fPFivE", "f", "f(int (*)())"],
  ["_Z1fM3FooKFvvE", "f", "f(void (Foo::*)() const)"],
  ["_Z1fRA10_i", "f", "f(int (&) [10])"],
  ["_ZN12_GLOBAL__N_13fooEv", "(anonymous namespace)::foo", "(anonymous namespace)::foo()"],
  [
    "_ZN2ns12_GLOBAL__N_13Foo3barEi",
    "ns::(anonymous namespace)::Foo::bar",
    "ns::(anonymous namespace)::Foo::bar(int)",
  ],
  [
    "_ZZ4mainENKUlvE_clEv",
    "main::{lambda()#1}::operator()",
    "main::{lambda()#1}::operator()() const",
  ],
  [
    "_ZZN2ns3runEiENKUlcE0_clEc",
    "ns::run::{lambda(char)#2}::operator()",
    "ns::run(int)::{lambda(char)#2}::operator()(char) const",
  ],
  [
    "_ZZZ4mainENKUlvE_clEvENKUlvE_clEv",
    "main::{lambda()#1}::operator()::{lambda()#1}::operator()",
    "main::{lambda()#1}::operator()() const::{lambda()#1}::operator()() const",
  ],
  ["_ZZ4mainENK3$_0clEv", "main::$_0::operator()", "main::$_0::operator()() const"],
  [
    "_ZN3FooB5cxx113barB5cxx11Ev",
    "Foo[abi:cxx11]::bar[abi:cxx11]",
    "Foo[abi:cxx11]::bar[abi:cxx11]()",
  ],
  ["_Z3fooi.part.0", "foo [clone .part.0]", "foo(int) [clone .part.0]"],
  ["_Z3foov.cold", "foo [clone .cold]", "foo() [clone .cold]"],
  [
    "_Z3fooi.constprop.0.isra.1",
    "foo [clone .constprop.0] [clone .isra.1]",
    "foo(int) [clone .constprop.0] [clone .isra.1]",
  ],
  ["_Z3foov._omp_fn.0", "foo [clone ._omp_fn.0]", "foo() [clone ._omp_fn.0]"],
  ["_ZGVZ3foovE1x", "guard variable for foo::x", "guard variable for foo()::x"],
];

const RUST_NAMES: readonly (readonly [name: string, short: string, full: string])[] = [
  [
    "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE",
    "core::fmt::Formatter::pad",
    "core::fmt::Formatter::pad::h0123456789abcdef",
  ],
  [
    "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE.llvm.1234",
    "core::fmt::Formatter::pad",
    "core::fmt::Formatter::pad::h0123456789abcdef",
  ],
  [
    "_ZN60_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
    "<alloc::string::String as core::fmt::Display>::fmt",
    "<alloc::string::String as core::fmt::Display>::fmt::h0123456789abcdef",
  ],
  [
    "_ZN60_$LT$$u5b$T$u5d$$u20$as$u20$core..slice..Concat$LT$T$GT$$GT$6concat17h0123456789abcdefE",
    "<[T] as core::slice::Concat<T>>::concat",
    "<[T] as core::slice::Concat<T>>::concat::h0123456789abcdef",
  ],
  [
    "_ZN3std2rt10lang_start28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
    "std::rt::lang_start::{{closure}}",
    "std::rt::lang_start::{{closure}}::h0123456789abcdef",
  ],
  ["_RNvCs1234_7mycrate3foo", "mycrate::foo", "mycrate::foo"],
  ["_RNvNtCs1234_7mycrate3bar3foo", "mycrate::bar::foo", "mycrate::bar::foo"],
  ["_RNvCs1234_7mycrate3foo.llvm.123", "mycrate::foo", "mycrate::foo"],
  ["_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>", "std::mem::align_of::<f64>"],
  [
    "_RNCINvNtCs1_3std2rt10lang_startuE0Cs2_4main",
    "std::rt::lang_start::<()>::{closure#0}",
    "std::rt::lang_start::<()>::{closure#0}",
  ],
  [
    "_RNvXCs1_4mainNtB2_3FooNtNtCs2_4core3fmt5Debug3fmt",
    "<main::Foo as core::fmt::Debug>::fmt",
    "<main::Foo as core::fmt::Debug>::fmt",
  ],
];

for (const [name, short, full] of [...CPP_NAMES, ...RUST_NAMES]) {
  Deno.test(`loadDemangler() spells ${name}`, async () => {
    // The demangler leaves return types of templates out, which c++filt prints.
    const wanted = full.replace(/^(?:void|bool) (?=\S+ ?<)/, "");
    assertEquals(await spell("short", name), short);
    assertEquals(await spell("full", name), wanted);
    assertEquals(await spell("none", name), name);
  });
}

for (
  const name of [
    "",
    "main",
    "_start",
    "_Z",
    "_ZN",
    "_ZZ",
    "_Zfoo",
    "_Zapp",
    "_Z3fo",
    "_ZN3foo",
    "_ZN3fooEv_",
    "_R",
    "_RX",
    "_RESET",
    "_Rxyz",
    "__Z3foov",
    "?foo@@YAXXZ",
    "_D3foo3barFZv",
    "_GLOBAL__sub_I_main",
    "_ZN17h0123456789abcdefE",
    "memcpy@GLIBC_2.2.5",
    "_Z3foov\n_Z3barv",
    "_ZN99999999999999999999foo3barEv",
    "_Z" + "N".repeat(10_000),
    "_Z1f" + "I".repeat(100_000),
    "_R" + "N".repeat(100_000),
  ]
) {
  const shown = name.length > 60 ? `${name.slice(0, 8)}... of ${name.length} letters` : name;

  Deno.test(`loadDemangler() leaves ${JSON.stringify(shown)} as it is`, async () => {
    for (const style of ["short", "full", "none"] as const) {
      assertEquals(await spell(style, name), name);
    }
  });
}

Deno.test("loadDemangler() spells a name that it was not told of, if one was mangled", async () => {
  const demangle = await loadDemangler("short", ["_Z3foov"]);
  assertEquals(["_Z3barv", "main"].map(demangle), ["bar", "main"]);
});

async function spell(style: DemangleStyle, name: string): Promise<string> {
  return (await loadDemangler(style, [name, "_Z3foov"]))(name);
}

Deno.test("loadDemangler() leaves a version and the mark of a PLT stub behind the name", async () => {
  const names = ["_ZN3Foo3barEi@plt", "_ZN3Foo3barEi@VERS_1.0", "memcpy@plt"];
  const demangle = await loadDemangler("short", names);
  assertEquals(names.map(demangle), ["Foo::bar@plt", "Foo::bar@VERS_1.0", "memcpy@plt"]);
});
