import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { writeTree } from "../../lib/output/tree.ts";
import { MAX_WEIGHT, type Profile } from "../../lib/profile/mod.ts";
import { profileOf } from "../support/profile_of.ts";
import { linesOf } from "../support/recording_text.ts";
import { foldedText } from "../support/resolve_text.ts";

function tree(profile: Profile): string {
  return foldedText(writeTree(profile, { title: "x.folded" }));
}

Deno.test("writeTree() shows the heaviest callee first, and only callees below their callers", () => {
  const profile = profileOf([
    [["main", "parse", "lex", "read"], 120],
    [["main", "parse", "lex", "skip"], 80],
    [["main", "parse", "lex"], 7],
    [["main", "eval", "call"], 792],
    [["main"], 1],
  ]);
  assertEquals(
    tree(profile),
    linesOf(
      "x.folded: 1000 samples",
      "",
      "total %  total  self  left out  call tree",
      "100.0 %   1000                  all",
      "100.0 %   1000     1            main",
      " 79.2 %    792                  ├─ eval",
      " 79.2 %    792   792            │  call",
      " 20.7 %    207                  └─ parse",
      " 20.7 %    207     7               lex",
      " 12.0 %    120   120               ├─ read",
      "  8.0 %     80    80               └─ skip",
    ),
  );
});

Deno.test("writeTree() says what it leaves out, and what that weighs", () => {
  const profile = profileOf([
    [["main", "a", "tiny"], 4],
    [["main", "a", "small"], 4],
    [["main", "a", "large"], 981],
    [["main", "tiny"], 4],
    [["main", "just"], 5],
    [["init"], 2],
  ]);
  assertEquals(
    tree({ ...profile, weightType: { name: "cpu", unit: "milliseconds" } }),
    linesOf(
      "x.folded: 1.00 s",
      "",
      "total %    total     self  left out  call tree",
      "100.0 %   1.00 s            2.00 ms  all",
      " 99.8 %   998 ms            4.00 ms  main",
      " 98.9 %   989 ms            8.00 ms  ├─ a",
      " 98.1 %   981 ms   981 ms            │  large",
      "  0.5 %  5.00 ms  5.00 ms            └─ just",
      "",
      "4 callees below 0.5 % left out: 14.0 ms (1.4 %)",
    ),
  );
});

Deno.test("writeTree() of a differential profile shows the greatest change first", () => {
  const profile = profileOf([
    [["main", "same"], 500, 500],
    [["main", "gone", "deep"], 0, 40],
    [["main", "new"], 60],
    [["main", "tiny"], 2, 1],
    [["main"], 10, 9],
  ]);
  assertEquals(
    tree(profile),
    linesOf(
      "x.folded: 550 samples before, 572 samples after: +22 (+4.0 %)",
      "",
      "before %  after %  before  after  change  call tree",
      " 100.0 %  100.0 %     550    572     +22  all",
      " 100.0 %  100.0 %     550    572     +22  main",
      "   0.0 %   10.5 %       0     60     +60  ├─ new",
      "   7.3 %    0.0 %      40      0     -40  ├─ gone",
      "   7.3 %    0.0 %      40      0     -40  │  deep",
      "  90.9 %   87.4 %     500    500      +0  └─ same",
      "",
      "1 callee below 0.5 % left out: 1 sample before, 2 samples after: +1 (+100.0 %)",
    ),
  );
});

Deno.test("writeTree() stays narrow and quick on a stack of 50,000 frames", () => {
  const stack = Array.from({ length: 50_000 }, (_, at) => `f${at}`);
  const lines = tree(profileOf([[stack, 1]])).trimEnd().split("\n");
  assertEquals(lines.length, 3 + 1 + 50_000);
  assertEquals(lines.at(-1), "100.0 %      1     1            f49999");
});

Deno.test("writeTree() indents stacks that weigh nothing no more than others", () => {
  const profile = profileOf([[["a", "b"], 0], [["a", "c"], 0]]);
  assertEquals(
    tree(profile),
    linesOf(
      "x.folded: 0 samples",
      "",
      "total %  total  self  left out  call tree",
      "      -      0               0  all",
      "",
      "1 callee below 0.5 % left out: 0 samples (-)",
    ),
  );
});

Deno.test("writeTree() lets no name write to the terminal", () => {
  const text = tree(profileOf([[["\x1b]0;x\x07\u009b\n"], 1]]));
  // deno-lint-ignore no-control-regex -- those are the characters that must not be there
  assertEquals(text.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g), null);
});

Deno.test("writeTree() refuses weights whose sum is not exact", () => {
  assertThrows(
    () => tree(profileOf([[["a"], MAX_WEIGHT], [["b"], 1]])),
    FormatError,
    'Cannot add the weights of "output": all stacks together weigh more than 2^53 - 1',
  );
});
