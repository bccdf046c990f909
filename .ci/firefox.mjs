// firefox.mjs CLI FOLDED PROFILE     CLI: dist/profiler-cli.js of the npm package
//
// Has the Firefox Profiler's own code, which its command line is made of, read PROFILE, and wants of
// every function the weight that it has in FOLDED, by itself and with what it calls.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const [cli, foldedPath, profilePath] = process.argv.slice(2);

const want = new Map();
for (const line of readFileSync(foldedPath, "utf8").trimEnd().split("\n")) {
  const blank = line.lastIndexOf(" ");
  const weight = Number(line.slice(blank + 1));
  const frames = line.slice(0, blank).split(";");
  for (const name of new Set(frames)) {
    const sums = want.get(name) ?? { self: 0, total: 0 };
    if (name === frames.at(-1)) sums.self += weight;
    sums.total += weight;
    want.set(name, sums);
  }
}

const { functions } = JSON.parse(
  await askProfiler("thread", "functions", "--include-idle", "--json"),
);
const have = new Map();
for (const { name, selfSamples } of functions) {
  have.set(name, (have.get(name) ?? 0) + selfSamples);
}
for (const { name, totalSamples } of functions) {
  const sums = want.get(name);
  // Functions of one name in several files are several there.
  const isOne = functions.filter((one) => one.name === name).length === 1;
  if (sums?.self !== have.get(name) || isOne && sums.total !== totalSamples) {
    throw new Error(`${name} has ${have.get(name)}, ${totalSamples}, want ${JSON.stringify(sums)}`);
  }
}
if (have.size !== want.size) throw new Error(`${have.size} functions, want ${want.size}`);

// Its answers come from a process that has the profile open. The command `load` starts one too, but
// gives it half a second, which is not always enough.
async function askProfiler(...question) {
  const session = ["--session", "check"];
  const server = spawn(process.execPath, [cli, "--daemon", profilePath, ...session], {
    stdio: "ignore",
  });
  try {
    for (let tries = 0;; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      try {
        const options = { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"] };
        return execFileSync(process.execPath, [cli, ...question, ...session], options);
      } catch (error) {
        if (tries === 150) throw error;
      }
    }
  } finally {
    server.kill();
  }
}
