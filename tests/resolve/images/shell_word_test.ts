import { assertEquals } from "@std/assert";
import { shellWord } from "../../../lib/resolve/images/shell_word.ts";
import { Random } from "../../support/random.ts";

const WORDS = [
  "/opt/x.so",
  "/opt/two  blanks/lib blank.so",
  "/opt/it's",
  '/opt/$(touch x);`id`|&<>*?[a]{1,2}!~#"\\',
  "/opt/new\nline",
  "/opt/tab\there's\\one",
  "~root/x",
  "/opt/größe.so",
  "HOST:/opt/a b",
];

Deno.test("shellWord() leaves plain paths as they are", () => {
  assertEquals(shellWord("/usr/lib/libstdc++.so.6.0.30"), "/usr/lib/libstdc++.so.6.0.30");
});

Deno.test("shellWord() lets no control character through", () => {
  for (let code = 0; code < 32; code++) {
    const word = shellWord(`/opt/a${String.fromCharCode(code)}b`);
    assertEquals([...word].filter((character) => character < " "), []);
  }
});

const hasBash = new Deno.Command("sh", { args: ["-c", "command -v bash"], stdout: "null" })
  .outputSync().success;

Deno.test({
  name: "shellWord() spells one word that bash reads back",
  ignore: !hasBash,
  fn() {
    const random = new Random(1);
    const letters = [..." $'\"\\`;|&<>*?[]{}!~#()\n\t\r\x7fabc/äé=%"];
    const words = [
      ...WORDS,
      ...Array.from(
        { length: 100 },
        () => "/" + Array.from({ length: 8 }, () => random.pick(letters)).join(""),
      ),
    ];
    const line = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
    const { stdout } = new Deno.Command("bash", { args: ["-c", line] }).outputSync();
    assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
  },
});
