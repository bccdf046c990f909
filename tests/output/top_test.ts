import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { writeTop } from "../../lib/output/top.ts";
import { MAX_WEIGHT, type Profile } from "../../lib/profile/mod.ts";
import { detailedProfile } from "../support/detailed_profile.ts";
import { profileOf } from "../support/profile_of.ts";
import { linesOf } from "../support/recording_text.ts";
import { foldedText } from "../support/resolve_text.ts";

function top(profile: Profile, title = "x.folded"): string {
  return foldedText(writeTop(profile, { title }));
}

Deno.test("writeTop() lists functions, the heaviest self first, then total, then by name", () => {
  const profile = profileOf([
    [["main", "parse", "read"], 20],
    [["main", "parse", "parse"], 5],
    [["main", "eval"], 970],
    [["main", "b"], 5],
  ]);
  assertEquals(
    top(profile),
    linesOf(
      "x.folded: 1000 samples, 5 functions",
      "",
      "self  self %  total  total %  function",
      " 970  97.0 %    970   97.0 %  eval",
      "  20   2.0 %     20    2.0 %  read",
      "   5   0.5 %     25    2.5 %  parse",
      "   5   0.5 %      5    0.5 %  b",
      "   0   0.0 %   1000  100.0 %  main",
    ),
  );
});

Deno.test("writeTop() shows images, and which functions are inlined", () => {
  const profile = detailedProfile([[["main", "f", "g"], 1536], [["main", "[jit]"], 512]], {
    main: { image: "/bin/app" },
    f: { image: "/lib/f.so" },
    g: { image: "/lib/f.so", kind: "inlined" },
    "[jit]": { kind: "jit" },
  });
  assertEquals(
    top({ ...profile, weightType: { name: "inuse_space", unit: "bytes" } }),
    linesOf(
      "x.folded: 2.00 KiB, 4 functions",
      "",
      "    self  self %     total  total %  function  image",
      "1.50 KiB  75.0 %  1.50 KiB   75.0 %  g         /lib/f.so (inlined)",
      "   512 B  25.0 %     512 B   25.0 %  [jit]",
      "     0 B   0.0 %  2.00 KiB  100.0 %  main      /bin/app",
      "     0 B   0.0 %  1.50 KiB   75.0 %  f         /lib/f.so",
    ),
  );
});

Deno.test("writeTop() of a differential profile lists the greatest change first", () => {
  const profile = profileOf([
    [["main", "same"], 500, 500],
    [["main", "gone"], 0, 40],
    [["main", "new"], 60],
    [["main"], 10, 9],
  ]);
  assertEquals(
    top(profile),
    linesOf(
      "x.folded: 549 samples before, 570 samples after: +21 (+3.8 %), 4 functions",
      "",
      "self before  after  change  total before  after  change  function",
      "          0     60     +60             0     60     +60  new",
      "         40      0     -40            40      0     -40  gone",
      "          9     10      +1           549    570     +21  main",
      "        500    500      +0           500    500      +0  same",
    ),
  );
});

Deno.test("writeTop() gives weights back their decimals", () => {
  assertEquals(
    top({ ...profileOf([[["a"], 150]]), decimals: 2 }),
    linesOf(
      "x.folded: 1.50 samples, 1 function",
      "",
      "self   self %  total  total %  function",
      "1.50  100.0 %   1.50  100.0 %  a",
    ),
  );
});

Deno.test("writeTop() lets neither names nor titles write to the terminal", () => {
  const text = top(profileOf([[["\x1b]0;x\x07\u009b"], 1]]), "\x1b[2J");
  // deno-lint-ignore no-control-regex -- those are the characters that must not be there
  assertEquals(text.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g), null);
});

Deno.test("writeTop() of nothing is a heading", () => {
  assertEquals(
    top(profileOf([])),
    linesOf(
      "x.folded: 0 samples, 0 functions",
      "",
      "self  self %  total  total %  function",
    ),
  );
});

Deno.test("writeTop() refuses weights whose sum is not exact", () => {
  assertThrows(
    () => top(profileOf([[["a"], MAX_WEIGHT], [["b"], 1]])),
    FormatError,
    'Cannot add the weights of "output": all stacks together weigh more than 2^53 - 1',
  );
});

Deno.test("writeTop() lists no functions that no sample has", () => {
  const profile = profileOf([[["a", "keep"], 1]]);
  for (const name of ["b", "x1"]) profile.stacks.push(profile.frames.internText(name));
  profile.stacks.finish();
  assertEquals(
    top(profile),
    linesOf(
      "x.folded: 1 sample, 2 functions",
      "",
      "self   self %  total  total %  function",
      "   1  100.0 %      1  100.0 %  keep",
      "   0    0.0 %      1  100.0 %  a",
    ),
  );
});
