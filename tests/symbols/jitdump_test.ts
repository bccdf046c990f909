import { assertEquals } from "@std/assert";
import { type ByteSource, MemorySource } from "../../lib/bytes/mod.ts";
import { FormatError, isSourceError, UnsupportedError } from "../../lib/errors.ts";
import { parseHexAddress } from "../../lib/input/raw_frame.ts";
import { isJitdump, type Jitdump, readJitdump } from "../../lib/symbols/jitdump.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { ByteWriter } from "../support/byte_writer.ts";
import { CountingSource } from "../support/counting_source.ts";
import { Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

const MAGIC = 0x4a695444;
const LOAD = 0;
const MOVE = 1;
const DEBUG_INFO = 2;
const CLOSE = 3;
const UNWINDING_INFO = 4;

interface HeaderFields {
  readonly littleEndian?: boolean;
  readonly magic?: number;
  readonly version?: number;
  readonly headerSize?: number;
  readonly flags?: number | bigint;
}

/** Builds a jitdump record by record. */
class DumpBuilder {
  readonly #out: ByteWriter;

  constructor(fields: HeaderFields = {}) {
    const { littleEndian = true, magic = MAGIC, version = 1, headerSize = 40, flags = 0 } = fields;
    this.#out = new ByteWriter(littleEndian);
    for (const field of [magic, version, headerSize, 62, 0xdeadbeef, 42]) this.#out.u32(field);
    this.#out.word(true, 123456789);
    this.#out.word(true, flags);
    if (headerSize > 40 && headerSize < 1000) this.#out.padTo(headerSize);
  }

  /** A record of any type around a payload that `write` writes. */
  record(type: number, write: (out: ByteWriter) => void, size?: number): this {
    const start = this.#out.position;
    this.#out.u32(type);
    this.#out.u32(0);
    this.#out.word(true, 987654321);
    write(this.#out);
    const end = this.#out.position;
    this.#out.position = start + 4;
    this.#out.u32(size ?? end - start);
    this.#out.position = end;
    return this;
  }

  load(name: string, start: number | bigint, code: number, index: number | bigint = start): this {
    return this.record(LOAD, (out) => {
      out.u32(42);
      out.u32(43);
      // Not where the code is: perf goes by the next field, and so do we.
      out.word(true, 0x123000);
      out.word(true, start);
      out.word(true, code);
      out.word(true, index);
      out.put(out.position, bytesOf(`${name}\0`));
      out.put(out.position, new Uint8Array(code).fill(0x90));
    });
  }

  move(start: number, size: number, index: number | bigint): this {
    return this.record(MOVE, (out) => {
      out.u32(42);
      out.u32(43);
      for (const word of [0x123000, 0x456000, start, size, index]) out.word(true, word);
    });
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#out.bytes();
  }

  read(): Promise<Jitdump> {
    return readBytes(this.bytes());
  }
}

function readBytes(bytes: Uint8Array): Promise<Jitdump> {
  return readJitdump(new MemorySource("jit-42.dump", bytes));
}

function nameAt(dump: Jitdump, address: number): string {
  return dump.rangeAt(address)?.name ?? "-";
}

for (const littleEndian of [true, false]) {
  Deno.test(`readJitdump() reads ${littleEndian ? "little" : "big"}-endian files`, async () => {
    const dump = await new DumpBuilder({ littleEndian, flags: 1 })
      .load("größe file:///a b.js;1", 0x7f0000001000, 0x20)
      .move(0x7f0000002000, 0x20, 0x7f0000001000)
      .read();
    assertEquals([dump.machine, dump.processId], [62, 42]);
    assertEquals([dump.size, dump.empty, dump.invalid], [2, 0, 0]);
    assertEquals([dump.firstInvalid, dump.cut], [undefined, undefined]);
    const name = "größe file:///a b.js;1";
    assertEquals(dump.rangeAt(0x7f0000000fff), undefined);
    const old = { name, start: 0x7f0000001000, end: 0x7f0000001020 };
    assertEquals(dump.rangeAt(0x7f000000101f), old);
    const moved = { name, start: 0x7f0000002000, end: 0x7f0000002020 };
    assertEquals(dump.rangeAt(0x7f0000002000), moved);
    assertEquals(dump.rangeAt(0x7f0000002020), undefined);
  });
}

Deno.test("readJitdump() reads a file without records", async () => {
  const dump = await new DumpBuilder().read();
  assertEquals([dump.size, dump.rangeAt(0), dump.cut], [0, undefined, undefined]);
});

Deno.test("readJitdump() finds the first record behind a longer header", async () => {
  const dump = await new DumpBuilder({ headerSize: 56 }).load("f", 0x1000, 4).read();
  assertEquals(nameAt(dump, 0x1003), "f");
});

Deno.test("readJitdump() lets the later record win", async () => {
  const dump = await new DumpBuilder()
    .load("first", 0x1000, 0x20)
    .load("second", 0x1008, 0x8)
    .load("third", 0x3000, 0x10)
    .move(0x1010, 0x10, 0x3000)
    .load("fourth", 0x3008, 0x8)
    .read();
  const names = [0x1000, 0x1008, 0x1010, 0x1020, 0x3000, 0x3008].map((at) => nameAt(dump, at));
  assertEquals(names, ["first", "second", "third", "-", "third", "fourth"]);
});

Deno.test("readJitdump() moves the function that had the code index last", async () => {
  const dump = await new DumpBuilder()
    .load("old", 0x1000, 8, 7)
    .load("new", 0x2000, 8, 7)
    .move(0x3000, 8, 7)
    .read();
  assertEquals(nameAt(dump, 0x3000), "new");
});

Deno.test("readJitdump() tells code indexes apart in all of their 64 bits", async () => {
  const dump = await new DumpBuilder()
    .load("a", 0x1000, 8, 0xffffffffffffffffn)
    .load("b", 0x2000, 8, 0xfffffffffffffffen)
    .move(0x3000, 8, 0xffffffffffffffffn)
    .read();
  assertEquals(nameAt(dump, 0x3000), "a");
});

Deno.test("readJitdump() skips records of other types, known and unknown", async () => {
  const dump = await new DumpBuilder()
    .record(DEBUG_INFO, (out) => out.put(out.position, new Uint8Array(100).fill(0xff)))
    .record(UNWINDING_INFO, (out) => out.put(out.position, new Uint8Array(33)))
    .load("f", 0x1000, 8)
    .record(77, (out) => out.put(out.position, new Uint8Array(5)))
    .record(CLOSE, () => {})
    .load("g", 0x2000, 8)
    .read();
  assertEquals([nameAt(dump, 0x1000), nameAt(dump, 0x2000), dump.invalid], ["f", "g", 0]);
});

Deno.test("readJitdump() counts functions without code, which name nothing", async () => {
  const dump = await new DumpBuilder().load("none", 0x1000, 0, 1).move(0x2000, 4, 1).read();
  assertEquals([dump.size, dump.empty, dump.invalid], [1, 1, 0]);
  assertEquals([nameAt(dump, 0x1000), nameAt(dump, 0x2000)], ["-", "none"]);
});

Deno.test("readJitdump() reads an empty name", async () => {
  const dump = await new DumpBuilder().load("", 0x1000, 4).read();
  assertEquals(dump.rangeAt(0x1000), { name: "", start: 0x1000, end: 0x1004 });
});

/** Records that are wrong, but long enough to find the next one. */
const INVALID: readonly (readonly [
  title: string,
  write: (dump: DumpBuilder) => DumpBuilder,
  detail: string,
])[] = [
  [
    "a load that is too short",
    (dump) => dump.record(LOAD, (out) => out.put(out.position, new Uint8Array(39))),
    "record has 0x37 bytes, want 0x38",
  ],
  [
    "a move that is too short",
    (dump) => dump.record(MOVE, (out) => out.put(out.position, new Uint8Array(40))),
    "record has 0x38 bytes, want 0x40",
  ],
  [
    "a load without a name",
    (dump) => dump.record(LOAD, (out) => out.put(out.position, new Uint8Array(40))),
    "code has 0x0 bytes, record has 0x38",
  ],
  [
    "a load with more code than it has bytes",
    (dump) =>
      dump.record(LOAD, (out) => {
        for (const word of [0, 0, 0x1000, 0x2, 1]) out.word(true, word);
        out.put(out.position, [0x66, 0]);
      }),
    "code has 0x2 bytes, record has 0x3a",
  ],
  [
    "a load with more code than there are addresses",
    (dump) =>
      dump.record(LOAD, (out) => {
        for (const word of [0, 0, 0x1000, 0x1234567890abcdefn, 1]) out.word(true, word);
        out.put(out.position, [0x66, 0]);
      }),
    "code has a number past 2^53 bytes, record has 0x3a",
  ],
  [
    "a load with a name that does not end",
    (dump) =>
      dump.record(LOAD, (out) => {
        for (const word of [0, 0, 0x1000, 1, 1]) out.word(true, word);
        out.put(out.position, [0x66, 0x66, 0x00]);
      }),
    "name has no end in 2 bytes",
  ],
  [
    "a load with a name of 16 KiB",
    (dump) => dump.load("x".repeat(1 << 14), 0x1000, 1),
    "name has no end in 16384 bytes",
  ],
  [
    "a load at an address that is not canonical",
    (dump) => dump.load("f", 0x8000000000000000n, 4),
    "no code can be at a number past 2^53 with 0x4 bytes",
  ],
  [
    "a load past the end of the address space",
    (dump) => dump.load("f", 0xfffffffffffffffcn, 5),
    "no code can be at 0xfffffffffffffffc with 0x5 bytes",
  ],
  [
    "a move of what was not loaded",
    (dump) => dump.move(0x1000, 4, 99),
    "no record before it loads the code that it moves",
  ],
];

for (const [title, write, detail] of INVALID) {
  Deno.test(`readJitdump() counts and skips ${title}`, async () => {
    const builder = new DumpBuilder().load("before", 0x8000, 8);
    const fileOffset = builder.bytes().length;
    const dump = await write(write(builder)).load("after", 0x9000, 8).read();
    assertEquals(dump.invalid, 2);
    assertEquals(dump.firstInvalid, { fileOffset, detail });
    assertEquals([nameAt(dump, 0x8000), nameAt(dump, 0x9000)], ["before", "after"]);
    assertEquals([dump.size, dump.cut], [2, undefined]);
  });
}

Deno.test("readJitdump() keeps what comes before a record that is cut", async () => {
  const whole = new DumpBuilder().load("first", 0x1000, 8).bytes();
  const bytes = new DumpBuilder().load("first", 0x1000, 8).load("last", 0x2000, 8).bytes();
  for (let length = whole.length + 1; length < bytes.length; length++) {
    const dump = await readBytes(bytes.subarray(0, length));
    const left = length - whole.length;
    const detail = left < 16
      ? `need 16 bytes, ${left} are left`
      : `record has 0x45 bytes, 0x${left.toString(16)} are left`;
    assertEquals(dump.cut, { fileOffset: whole.length, detail });
    assertEquals([nameAt(dump, 0x1000), nameAt(dump, 0x2000)], ["first", "-"]);
  }
});

Deno.test("readJitdump() ends at a record whose size leads nowhere", async () => {
  for (const [size, text] of [[0, "0x0"], [15, "0xf"]] as const) {
    const builder = new DumpBuilder().load("first", 0x1000, 8);
    const fileOffset = builder.bytes().length;
    const dump = await builder.record(LOAD, () => {}, size).load("last", 0x2000, 8).read();
    assertEquals(dump.cut, { fileOffset, detail: `record has ${text} bytes, want 0x10` });
    assertEquals([nameAt(dump, 0x1000), nameAt(dump, 0x2000)], ["first", "-"]);
  }
});

Deno.test("readJitdump() allocates nothing for a size that is not there", async () => {
  const builder = new DumpBuilder().load("first", 0x1000, 8);
  const dump = await builder.record(LOAD, () => {}, 0xffffffff).read();
  assertEquals(dump.cut?.detail, "record has 0xffffffff bytes, 0x10 are left");
  assertEquals(nameAt(dump, 0x1000), "first");
});

const REFUSED: readonly (readonly [title: string, bytes: Uint8Array, message: string])[] = [
  ["an empty file", new Uint8Array(), 'at file offset 0x0: want "JiTD" or "DTiJ" at its start'],
  [
    "another file",
    bytesOf("7f0000001000 40 this is a perf map, not a jitdump"),
    'at file offset 0x0: want "JiTD" or "DTiJ" at its start',
  ],
  [
    "a cut header",
    new DumpBuilder().bytes().subarray(0, 39),
    "at file offset 0x0: need 40 bytes, file ends at 0x27",
  ],
  [
    "a header that is too short",
    new DumpBuilder({ headerSize: 39 }).bytes(),
    "at file offset 0x8: header has 0x27 bytes, want 0x28 or more, file ends at 0x28",
  ],
  [
    "a header that is longer than the file",
    new DumpBuilder({ headerSize: 0xffffffff }).bytes(),
    "at file offset 0x8: header has 0xffffffff bytes, want 0x28 or more, file ends at 0x28",
  ],
];

for (const [title, bytes, message] of REFUSED) {
  Deno.test(`readJitdump() refuses ${title}`, async () => {
    await assertRejectsExactly(
      () => readBytes(bytes),
      FormatError,
      `Cannot read the header of "jit-42.dump" ${message}`,
    );
  });
}

Deno.test("readJitdump() refuses another version and unknown flags", async () => {
  await assertRejectsExactly(
    () => new DumpBuilder({ version: 2 }).read(),
    UnsupportedError,
    'Cannot read "jit-42.dump": jitdump version 2 is not supported',
  );
  for (const littleEndian of [true, false]) {
    for (const flags of [2, 3, 0x8000000000000000n, 0x100000000n]) {
      await assertRejectsExactly(
        () => new DumpBuilder({ littleEndian, flags }).read(),
        UnsupportedError,
        `Cannot read "jit-42.dump": jitdump flags 0x${flags.toString(16)} is not supported`,
      );
    }
  }
});

Deno.test("isJitdump() tells a jitdump from other files", () => {
  assertEquals(isJitdump(bytesOf("DTiJ")), true);
  assertEquals(isJitdump(bytesOf("JiTD and more")), true);
  assertEquals(isJitdump(bytesOf("JiT")), false);
  assertEquals(isJitdump(bytesOf("7f00 10 a")), false);
});

Deno.test("readJitdump() does not read code that fills whole pieces", async () => {
  const builder = new DumpBuilder();
  for (let at = 0; at < 4; at++) builder.load(`f${at}`, 0x100000000 * (at + 1), 1 << 22);
  const source = new CountingSource(new MemorySource("jit-42.dump", builder.bytes()));
  const dump = await readJitdump(source);
  assertEquals(nameAt(dump, 0x4003fffff), "f3");
  assertEquals(source.bytesRead < 4 * (1 << 18) + 100, true);
  assertEquals(source.longestRead <= 1 << 18, true);
});

Deno.test("readJitdump() reads records wherever pieces end", async () => {
  const random = new Random(1);
  const builder = new DumpBuilder();
  const wanted: [number, string][] = [];
  for (let at = 0; at < 2000; at++) {
    const name = "n".repeat(random.below(300)) + at;
    builder.load(name, 0x10000 * (at + 1), 1 + random.below(1000));
    wanted.push([0x10000 * (at + 1), name]);
  }
  const source: ByteSource = new MemorySource("jit-42.dump", builder.bytes());
  assertEquals(source.size > 1 << 20, true);
  const dump = await readJitdump(source);
  for (const [address, name] of wanted) assertEquals(nameAt(dump, address), name);
  assertEquals([dump.size, dump.invalid, dump.cut], [2000, 0, undefined]);
});

Deno.test("readJitdump() reads any damaged file or throws our errors", async () => {
  const bytes = new DumpBuilder().load("first", 0x1000, 8).move(0x2000, 8, 0x1000)
    .load("last", 0x3000, 8).bytes();
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      const damaged = bytes.slice();
      damaged[at]! ^= flip;
      await readBytes(damaged).then((dump) => dump.rangeAt(0x1000), (error) => {
        assertEquals(isSourceError(error), true, `byte ${at}: ${error}`);
      });
    }
  }
});

Deno.test("readJitdump() names sampled addresses as perf does", async () => {
  const dump = await readBytes(Deno.readFileSync(testdata("jit/jit.dump")));
  const truth = Deno.readTextFileSync(testdata("jit/jit.dump.truth")).trimEnd().split("\n");
  for (const line of truth) {
    const blank = line.indexOf(" ");
    const address = parseHexAddress(line.slice(2, blank));
    assertEquals(nameAt(dump, address), line.slice(blank + 1), line);
  }
  assertEquals([dump.machine, dump.invalid, dump.cut], [62, 0, undefined]);
});
