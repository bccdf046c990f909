import { assertEquals } from "@std/assert";
import { explainText } from "../support/explain_text.ts";
import { resolveText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// `explain` on addresses of real recordings: the instructions around them, and the same names that
// the filter gives.

for (const recording of ["cpp-x86_64", "rust-x86_64", "arm64"]) {
  const folder = testdata(`recordings/${recording}`);
  const maps = Deno.readTextFileSync(`${folder}/maps`);
  const sysroot = `${folder}/sysroot`;
  const truth = Deno.readTextFileSync(`${folder}/truth`).trimEnd().split("\n")
    .map((line) => line.split(" "));

  Deno.test(`explainAddresses() finds a call before each return address of ${recording}`, async () => {
    const callers = truth.filter(([, role]) => role === "caller");
    const addresses = callers.map(([address]) => address!);
    const options = { maps, sysroot, areReturnAddresses: true, demangle: "none" } as const;
    const explanations = await explainText(addresses, options);
    // The files are in the repository and were recorded with it: each call can be read.
    assertEquals(
      explanations.map(({ input, evidence }) => [input, evidence?.finding]),
      addresses.map((address) => [address, "behind a call"]),
    );
    for (const [at, { frames }] of explanations.entries()) {
      assertEquals([callers[at]!.slice(2).includes(frames[0]!), frames.length], [true, 1]);
    }
  });

  Deno.test(`explainAddresses() names the frames of ${recording} as resolve() does`, async () => {
    const text = Deno.readTextFileSync(`${folder}/raw.folded`);
    const addresses = [...new Set(text.match(/0x[0-9a-f]+/g))].slice(0, 400);
    for (const areReturnAddresses of [false, true]) {
      const explanations = await explainText(addresses, { maps, sysroot, areReturnAddresses });
      const { output, report } = await resolveText(
        addresses.map((address) => `${address} 1\n`).join(""),
        {
          maps,
          sysroot,
          merge: false,
          trustFiles: true,
          returnAddresses: areReturnAddresses ? "all" : "none",
        },
      );
      const lines = explanations.map(({ frames }) => `${frames.join(";")} 1`);
      assertEquals(lines, output.trimEnd().split("\n"));
      const unresolved = explanations.filter(({ failure }) => failure !== undefined);
      assertEquals(unresolved.length, report.frames - report.resolvedFrames);
      const counted = new Map(report.reasons.map(({ reason, frames }) => [reason, frames]));
      for (const [reason, frames] of counted) {
        const own = unresolved.filter(({ failure }) => failure!.reason === reason);
        assertEquals([reason, own.length], [reason, frames]);
      }
    }
  });
}
