import { assertEquals } from "@std/assert";
import { commandOf, COMMANDS } from "../../lib/cli/commands.ts";

for (const { name } of COMMANDS.filter(({ name }) => name !== "filter")) {
  Deno.test(`commandOf() takes ${name} as the first word only`, () => {
    const first = commandOf([name, "-q"]);
    assertEquals([first.command.name, first.rest], [name, ["-q"]]);
    for (const args of [["-q", name], [`./${name}`], ["--", name]]) {
      const { command, rest } = commandOf(args);
      assertEquals([command.name, rest], ["filter", args]);
    }
  });
}

Deno.test("commandOf() takes a command behind options that all of them have", () => {
  for (const option of ["--help", "-h", "--version"]) {
    const { command, rest } = commandOf([option, "diff", "-q"]);
    assertEquals([command.name, rest], ["diff", [option, "-q"]]);
  }
});

Deno.test("commandOf() takes anything else for the filter's", () => {
  for (const args of [[], ["filter"], ["raw.folded"]]) {
    const { command, rest } = commandOf(args);
    assertEquals([command.name, rest], ["filter", args]);
  }
});
