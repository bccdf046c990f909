// pprof.mjs PPROF FOLDED PROFILE     PPROF: "go tool pprof"
//
// Wants of pprof itself that PROFILE has the stacks and weights of FOLDED, with the same names.
// pprof shows an address without a name as the name of its file, so that is what stands for it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const [command, foldedPath, profilePath] = process.argv.slice(2);
const [program, ...first] = command.split(" ");

function pprofName(frame) {
  if (frame === "[unknown]") return "<unknown>";
  if (frame === "[kernel]") return "[[kernel]]";
  return frame.replace(/^\[([^ ]+?)[@+]0x[0-9a-f]+\]$/, "[$1]");
}

const want = new Map();
for (const line of readFileSync(foldedPath, "utf8").trimEnd().split("\n")) {
  const blank = line.lastIndexOf(" ");
  const stack = line.slice(0, blank).split(";").map(pprofName).join(";");
  want.set(stack, (want.get(stack) ?? 0) + Number(line.slice(blank + 1)));
}

const traces = execFileSync(program, [...first, "-symbolize=none", "-traces", profilePath], {
  encoding: "utf8",
  maxBuffer: 1 << 30,
  stdio: ["ignore", "pipe", "ignore"],
});
const have = new Map();
for (const block of traces.split(/^-+\+-+\n/m).slice(1).filter((one) => one !== "")) {
  const frames = block.trimEnd().split("\n");
  const [, weight] = /^ *(\d+) {3}/.exec(frames[0]);
  const names = frames.map((frame) => frame.slice(13).replace(/ \(inline\)$/, ""));
  const stack = names.reverse().join(";");
  have.set(stack, (have.get(stack) ?? 0) + Number(weight));
}

for (const [stack, weight] of want) {
  if (have.get(stack) === weight) continue;
  throw new Error(`${profilePath}: ${stack} has ${have.get(stack)}, want ${weight}`);
}
if (have.size !== want.size) throw new Error(`${have.size} stacks, want ${want.size}`);
