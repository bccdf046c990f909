import { assertEquals } from "@std/assert";
import { imageOf } from "../../lib/output/image_of.ts";
import { codeAt, NAME, PRISM } from "../support/frame_detail.ts";

Deno.test("imageOf() is the file of a frame, also of the kernel and of code made at run time", () => {
  const label = { ...PRISM, path: "[kernel]", start: NaN };
  assertEquals(imageOf(codeAt(0)), PRISM);
  assertEquals(imageOf({ ...NAME, kind: "kernel", file: label }), label);
  assertEquals(imageOf({ ...NAME, kind: "jit", file: label }), label);
  assertEquals(imageOf(NAME), undefined);
});

Deno.test("imageOf() is nothing where a label stands for what is not known", () => {
  const unknown = { ...PRISM, path: "[unknown]", start: NaN };
  assertEquals(imageOf(codeAt(0, { file: unknown })), undefined);
  assertEquals(imageOf(codeAt(0, { reason: "not-executable" })), undefined);
  const vdso = { ...PRISM, path: "[vdso]" };
  assertEquals(imageOf(codeAt(0, { file: vdso })), vdso);
});
