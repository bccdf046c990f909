import { assertEquals } from "@std/assert";
import { chooseName } from "../../lib/symbols/mod.ts";

for (
  const [what, names, wanted] of [
    ["the only name", ["main"], "main"],
    ["nothing of no names", [], ""],
    ["nothing of empty names", ["", ""], ""],
    ["a name before an empty one", ["", "main"], "main"],
    ["fewer leading underscores before a shorter name", ["_go", "memmove"], "memmove"],
    ["fewer of several leading underscores", ["__libc_memmove", "_xmemmove"], "_xmemmove"],
    ["the shorter of equally many underscores", ["_memmove", "_move"], "_move"],
    ["the bytewise smaller of equally long names", ["beta", "alfa"], "alfa"],
    ["upper case before lower case", ["alfa", "Beta"], "Beta"],
    ["the name without its default version", ["memcpy@@GLIBC_2.14"], "memcpy"],
    ["the name with another version as it is", ["memcpy@GLIBC_2.2.5"], "memcpy@GLIBC_2.2.5"],
    ["the default version of several", ["memcpy@GLIBC_2.2.5", "memcpy@@GLIBC_2.14"], "memcpy"],
    ["by the length without the version", ["memmove@@GLIBC_2.2.5", "memmove_erms"], "memmove"],
    ["nothing of a version alone", ["@@GLIBC_2.14"], ""],
    ["only the last of two versions", ["a@@B@@C"], "a@@B"],
    ["by the order of UTF-8, not of UTF-16", ["\u{1f600}", "\uffee."], "\uffee."],
  ] as const
) {
  Deno.test(`chooseName() takes ${what}`, () => {
    assertEquals(chooseName(names), wanted);
    assertEquals(chooseName(names.toReversed()), wanted);
  });
}
