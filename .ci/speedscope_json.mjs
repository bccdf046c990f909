// speedscope_json.mjs BUNDLE FOLDED PROFILE     BUNDLE: dist/release/speedscope-*.js of the npm package
//
// Has speedscope's own importer read PROFILE, and wants the stacks and weights of FOLDED. speedscope
// is a web page: its script is run up to where it would draw, in a browser that takes everything.
import { readFileSync } from "node:fs";

const [bundle, foldedPath, profilePath] = process.argv.slice(2);
const script = readFileSync(bundle, "utf8");
const [, importer] = /"Importing as speedscope json file"\),(\w+)\(/.exec(script) ?? [];
const start = script.lastIndexOf("console.log(`speedscope v");
if (importer === undefined || start < 0) throw new Error(`Cannot find the importer in ${bundle}`);
for (const name of ["window", "document", "navigator", "location", "self"]) {
  Object.defineProperty(globalThis, name, { value: anything(), configurable: true });
}
const end = script.lastIndexOf("})();");
new Function(`${script.slice(0, start)}globalThis.importJson=${importer};${script.slice(end)}`)();

const want = new Map();
for (const line of readFileSync(foldedPath, "utf8").trimEnd().split("\n")) {
  const blank = line.lastIndexOf(" ");
  want.set(line.slice(0, blank), Number(line.slice(blank + 1)));
}
const have = new Map();
const { profiles } = globalThis.importJson(JSON.parse(readFileSync(profilePath, "utf8")));
for (const profile of profiles) {
  const stack = [];
  let since = 0;
  // In the order of time; what was between two events belongs to the stack that was open.
  const count = (value) => {
    const key = stack.join(";");
    if (value > since) have.set(key, (have.get(key) ?? 0) + value - since);
    since = value;
  };
  profile.forEachCall(
    ({ frame }, value) => {
      count(value);
      stack.push(frame.name);
    },
    (_node, value) => {
      count(value);
      stack.pop();
    },
  );
}
for (const [stack, weight] of want) {
  if (have.get(stack) === weight) continue;
  throw new Error(`${profilePath}: ${stack} has ${have.get(stack)}, want ${weight}`);
}
if (have.size !== want.size) throw new Error(`${have.size} stacks, want ${want.size}`);

function anything() {
  return new Proxy(function () {}, {
    get: (_, key) => key === Symbol.toPrimitive ? () => "" : anything(),
    apply: anything,
    construct: anything,
    has: () => true,
    set: () => true,
  });
}
