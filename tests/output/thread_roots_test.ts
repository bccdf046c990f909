import { assertEquals } from "@std/assert";
import { callTreeOf } from "../../lib/output/call_tree.ts";
import { threadRootsOf } from "../../lib/output/thread_roots.ts";
import { profileOf } from "../support/profile_of.ts";

function rootsOf(...names: readonly string[]) {
  const tree = callTreeOf(profileOf(names.map((name) => [[name, "main"], 1])));
  const roots = threadRootsOf(tree);
  return roots?.map(({ node, command, pid, tid }) => {
    const { name } = tree.functions[tree.functionOf[node]!]!;
    return `${name}: ${command} ${pid} ${tid}`;
  });
}

Deno.test("threadRootsOf() knows the first frames of threads and processes", () => {
  assertEquals(rootsOf("Web Content-12/34", "a-b-7", "perf-?/9"), [
    "Web Content-12/34: Web Content 12 34",
    "a-b-7: a-b 7 ",
    "perf-?/9: perf  9",
  ]);
  assertEquals(rootsOf("[GC Thread#0 tid=5]", "[tid=6]", "PID=7", "P8"), [
    "[GC Thread#0 tid=5]: GC Thread#0  5",
    "[tid=6]:   6",
    "PID=7:  7 ",
    "P8:  8 ",
  ]);
});

Deno.test("threadRootsOf() gives none if some first frame is something else", () => {
  assertEquals(rootsOf("app-12/34", "app"), undefined);
  assertEquals(rootsOf("main"), undefined);
  assertEquals(rootsOf(), undefined);
});
