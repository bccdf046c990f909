/** An instruction as objdump prints it. */
export interface Instruction {
  readonly vaddr: number;
  /** In bytes. */
  readonly size: number;
  /** With single blanks. */
  readonly text: string;
  /** Whether it is a call. */
  readonly isCall: boolean;
  /** The vaddr that it calls; undefined if a register or memory holds it. */
  readonly target: number | undefined;
}

const X86_REGEXP = /^(?:[a-z0-9.]+ )*l?call\b/i;
const RISCV_REGEXP = /^(?:jal|jalr) (?!t1,|zero,)/;

/** The calls of each machine, as objdump spells them. */
export const CALL_REGEXPS: ReadonlyMap<string, RegExp> = new Map([
  ["x86_64", X86_REGEXP],
  ["i686", X86_REGEXP],
  ["aarch64", /^blr?(?:aa|ab)?z? /],
  ["armhf", /^blx?(?:eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)? /],
  ["riscv64", RISCV_REGEXP],
  ["riscv32", RISCV_REGEXP],
  ["s390x", /^(?:brasl|bras|basr|bas) %r14,(?!%r0$)/],
  ["powerpc64", /^(?!bcl 20,)b[a-z]*l(?:r?l)?[+-]?(?: |$)/],
]);

const LINE_REGEXP = /^ *([0-9a-f]+):\t((?:[0-9a-f]+ )+)\s*\t?(.*)$/;

/**
 * Reads what `objdump -d -w` prints, and picks the calls.
 *
 * @param machine A key of {@linkcode CALL_REGEXPS}.
 */
export function parseDisassembly(text: string, machine: string): Instruction[] {
  const instructions: Instruction[] = [];
  let before = "";
  for (const line of text.split("\n")) {
    const [, vaddr, bytes, code] = LINE_REGEXP.exec(line) ?? [];
    if (code === undefined) continue;
    const text = code.replaceAll(/\s+/g, " ").replace(/ (?:@|#|;) .*$/, "").trim();
    const isCall = CALL_REGEXPS.get(machine)!.test(text) ||
      before === "mov lr, pc" && /\bpc, |^bx /.test(text);
    instructions.push({
      vaddr: parseInt(vaddr!, 16),
      size: bytes!.replaceAll(" ", "").length / 2,
      text,
      isCall,
      target: isCall ? targetOf(text) : undefined,
    });
    before = text;
  }
  return instructions;
}

/** `call 401000 <_start>`: the number before the name, which indirect calls do not have. */
function targetOf(text: string): number | undefined {
  const digits = /(?:^| |,)([0-9a-f]+) <[^>]*>$/.exec(text)?.[1];
  return digits === undefined || /\*|\(/.test(text) ? undefined : parseInt(digits, 16);
}
