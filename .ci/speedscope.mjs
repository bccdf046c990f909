// speedscope.mjs BUNDLE FOLDED...     BUNDLE: dist/release/speedscope-*.js of the npm package
//
// speedscope is a web page, and its importers are not exported. So this cuts the one for collapsed
// stacks out of the page's script, gives it each file, and wants a stack for every line and the sum
// of all counts.
import { readFileSync } from "node:fs";

const [bundle, ...files] = process.argv.slice(2);
const script = readFileSync(bundle, "utf8");
const [source] =
  /function \w+\((\w)\)\{let \w=\[\];for\(let \w of \1\.splitLines\(\)\).*?return \w\}/
    .exec(script) ?? [];
if (source === undefined) throw new Error(`Cannot find the importer in ${bundle}`);
const parseStacks = new Function(`return ${source}`)();

for (const file of files) {
  const text = readFileSync(file, "utf8");
  const lines = text.trimEnd().split("\n");
  const stacks = parseStacks({ splitLines: () => text.split("\n") });
  const want = lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  const have = stacks.reduce((sum, { duration }) => sum + duration, 0);
  const frames = stacks.map(({ stack }) => stack.map(({ name }) => name).join(";"));
  const cut = lines.map((line) => line.slice(0, line.lastIndexOf(" ")));
  const same = frames.length === cut.length && frames.every((stack, at) => stack === cut[at]);
  if (!same || have !== want || want === 0) {
    throw new Error(
      `${file}: ${stacks.length} of ${lines.length} lines, ${have} of ${want} samples`,
    );
  }
}
