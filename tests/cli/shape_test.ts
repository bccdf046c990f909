import { assertEquals, assertStringIncludes } from "@std/assert";
import { runSymfold } from "../support/run_symfold.ts";
import { AT_SECOND, IN_FIRST, SMALL_OPTIONS } from "../support/small_case.ts";

const FOLDED = `app;main;main;${IN_FIRST} 1\napp;main;${AT_SECOND} 2\napp;idle 5\n`;

for (
  const [args, wanted] of [
    [["--reverse"], "idle;app 5\nlayout_first;main;main;app 1\nlayout_second;main;app 2\n"],
    [
      ["--merge-recursion", "--exclude", "^idle$"],
      "app;main;layout_first 1\napp;main;layout_second 2\n",
    ],
    [["--include", "layout_f", "--root", "web 1"], "web 1;app;main;main;layout_first 1\n"],
    [
      ["--image-prefix", "--include=layout"],
      "app;main;[liblld-shifted.so] layout_second 2\napp;main;main;[liblld-shifted.so] layout_first 1\n",
    ],
  ] as const
) {
  Deno.test(`symfold ${args.join(" ")} shapes stacks`, async () => {
    const { code, stdout } = await runSymfold([...SMALL_OPTIONS, "-q", ...args], { stdin: FOLDED });
    assertEquals({ code, stdout }, { code: 0, stdout: wanted });
  });
}

Deno.test("symfold says how much --include and --exclude left out", async () => {
  const { stderr } = await runSymfold([...SMALL_OPTIONS, "--exclude=idle"], { stdin: FOLDED });
  assertStringIncludes(stderr, "62.5 % of the weight is in stacks that were left out (5 of 8)\n");
});

Deno.test("symfold fails if --include leaves nothing", async () => {
  const { code, stdout, stderr } = await runSymfold([...SMALL_OPTIONS, "-q", "--include=nothing"], {
    stdin: FOLDED,
  });
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  const message = "symfold: Found no stacks that --include and --exclude leave";
  assertStringIncludes(stderr, message);
});
