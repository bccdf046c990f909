import type { SampleText } from "./profile_of.ts";
import type { Random } from "./random.ts";

/** Names as files may have them: markup, control characters, half characters, and plain ones. */
export const HOSTILE_NAMES: readonly string[] = [
  "main",
  "std::vector<int, std::allocator<int> >::push_back(int&&)",
  "operator\"\" _x<'a'>",
  "<script>alert(1)</script>",
  "</title></g></svg>",
  "]]>",
  "&lt;&amp;&#0;",
  "<!-- --",
  "\x00\x1b[31m\r\n\t",
  "\ufffe\uffff\u2028",
  "\u{1f600}日本語",
  "__proto__",
  " blanks  in front ",
  "_[k]",
  "f_[j]",
];

/** Samples of some dozens of stacks of such names, some of them heavy, some of no weight. */
export function randomSamples(
  random: Random,
  { differential }: { readonly differential: boolean },
): SampleText[] {
  return Array.from({ length: 1 + random.below(150) }, (): SampleText => {
    const stack = Array.from({ length: 1 + random.below(12) }, () => random.pick(HOSTILE_NAMES));
    const weight = random.below(3) === 0 ? random.below(3) : random.below(1000);
    return differential ? [stack, weight, random.below(1000)] : [stack, weight];
  });
}
