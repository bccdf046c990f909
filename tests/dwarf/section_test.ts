import { assertEquals, assertRejects } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import type { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";
import { Section, sourceErrorOf } from "../../lib/dwarf/section.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { CountingSource } from "../support/counting_source.ts";

const BYTES = Uint8Array.from({ length: 0x8000 }, (_, at) => at & 0xff);

function section(bytes = BYTES): Section {
  return new Section(new MemorySource("a(.debug_x)", bytes), true);
}

Deno.test("parse() hands out a reader that stands at the place", async () => {
  assertEquals(await section().parse(0x123, 4, "read it", (reader) => reader.u8()), 0x23);
});

Deno.test("parse() reads more if the first piece was too short", async () => {
  const wanted: number[] = [];
  const last = await section().parse(0, 4, "read it", (reader) => {
    wanted.push(reader.bytes.length);
    reader.position = 0x3000;
    return reader.u8();
  });
  assertEquals(last, 0);
  assertEquals(wanted.length > 1, true);
});

Deno.test("parse() says where a section ends too early", async () => {
  await assertRejectsExactly(
    () => section(new Uint8Array(6)).parse(4, 4, "read it", (reader) => reader.u32()),
    FormatError,
    'Cannot read it of "a(.debug_x)" at file offset 0x4: the section ends before',
  );
});

Deno.test("parse() gives a defect its place", async () => {
  const parse = () => {
    throw new Defect("it is odd");
  };
  await assertRejectsExactly(
    () => section().parse(0x10, 4, "read it", parse),
    FormatError,
    'Cannot read it of "a(.debug_x)" at file offset 0x10: it is odd',
  );
});

Deno.test("parse() lets an error of the program pass", async () => {
  const parse = () => {
    throw new TypeError("a mistake");
  };
  await assertRejects(() => section().parse(0, 4, "read it", parse), TypeError, "a mistake");
});

Deno.test("piece() does not begin behind the end", async () => {
  for (const start of [0x8001, -1, NaN, 2 ** 63]) {
    await assertRejects(() => section().piece(start, 4, "read it"), FormatError, "0x8000");
  }
});

Deno.test("piece() gives fewer bytes at the end", async () => {
  const reader = await section().piece(0x7ffe, 100, "read it");
  assertEquals(reader.bytes.length - reader.position, 2);
});

Deno.test("piece() reads what lies close together once", async () => {
  const source = new CountingSource(new MemorySource("a", BYTES));
  const counted = new Section(source, true);
  for (let at = 0; at < 100; at += 10) await counted.piece(at, 10, "read it");
  assertEquals(source.reads.length, 1);
});

Deno.test("piece() reads further ahead the longer it goes on", async () => {
  const source = new CountingSource(new MemorySource("a", BYTES));
  const counted = new Section(source, true);
  for (let at = 0; at < BYTES.length; at += 0x10) await counted.piece(at, 0x10, "read it");
  assertEquals(source.reads.length <= 7, true, `${source.reads.length}`);
});

Deno.test("read() gives memory of its own", async () => {
  const one = section();
  const kept = await one.read(0x20, 4);
  await one.piece(0x4000, 4, "read it");
  assertEquals([...kept.bytes], [0x20, 0x21, 0x22, 0x23]);
});

Deno.test("strings() gives strings by offset", async () => {
  const strings = section(new TextEncoder().encode("one\0two\0"));
  assertEquals([...await strings.strings([4, 0, 1])], [[0, "one"], [1, "ne"], [4, "two"]]);
});

Deno.test("parse() does not read the same bytes forever", async () => {
  // 16 times the section, and 2^26 bytes besides: a damaged file leads to the same place again.
  const small = section(new Uint8Array(1 << 16));
  let count = 0;
  await assertRejectsExactly(
    async () => {
      for (;; count++) {
        await small.parse(0, 1 << 16, "read it", (reader) => {
          reader.position = (1 << 16) - 1;
          reader.u8();
        });
      }
    },
    FormatError,
    'Cannot read it of "a(.debug_x)" at file offset 0x0: it is read over and over',
  );
  assertEquals(count > 1000 && count < 1100, true, `${count}`);
});

Deno.test("sourceErrorOf() takes a RangeError for the end of the data", () => {
  const error = sourceErrorOf(new RangeError("x"), section(), 7, "read it");
  const message = 'Cannot read it of "a(.debug_x)" at file offset 0x7: ' +
    "it ends in the middle of a value";
  assertEquals(error.message, message);
});

Deno.test("parse() still reads short pieces of a section that is read over and over", async () => {
  const small = section(new Uint8Array(1 << 16));
  for (let count = 0; count < 2000; count++) small.spend(1 << 16);
  assertEquals(await small.parse(0, 1 << 12, "read it", (reader) => reader.u8()), 0);
  const read = (reader: DwarfReader) => {
    reader.position += 1 << 12;
    return reader.u8();
  };
  await small.piece(0, 1 << 14, "read it");
  await assertRejects(
    () => small.parse(0, 1 << 12, "read it", read),
    FormatError,
    "it is read over and over",
  );
  await assertRejects(() => small.read(0, 1 << 13), FormatError, "it is read over and over");
});
