import type { BenchLine, Ratio } from "./bench_row.ts";

/** The head of the table. */
export function tableHead(tolerance: number): string {
  const system = `Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} processors.`;
  const bars = tolerance === 1 ? "" : ` Time and memory may be ${percent(tolerance - 1)} over.`;
  return `${system} A ratio stands before its bar; less is better.${bars}

| Row | What was run | Time | Peak memory | Bytes read | Result |
| --- | --- | --- | --- | --- | --- |
`;
}

/** A line of the table. */
export function tableLine(name: string, line: BenchLine, tolerance: number): string {
  const cells = [name, line.what, line.time, line.memory, line.bytes, resultOf(line, tolerance)];
  return `| ${
    cells.map((cell) => typeof cell === "string" ? cell : ratioText(cell)).join(" | ")
  } |\n`;
}

/** Whether no answer is wrong and no ratio is over its bar. */
export function isFine(line: BenchLine, tolerance: number): boolean {
  return line.problem === undefined && !isOver(line, tolerance);
}

function resultOf(line: BenchLine, tolerance: number): string {
  if (line.skipped !== undefined) return `skipped: ${line.skipped}`;
  if (line.problem !== undefined) return `wrong: ${line.problem}`;
  return isOver(line, tolerance) ? "over" : "ok";
}

/** Bytes are counted, not measured: no tolerance. */
function isOver({ time, memory, bytes }: BenchLine, tolerance: number): boolean {
  return isPast(time, tolerance) || isPast(memory, tolerance) || isPast(bytes, 1);
}

function isPast(ratio: Ratio | undefined, tolerance: number): boolean {
  return ratio?.bar !== undefined && !(ratio.value <= ratio.bar * tolerance);
}

/** Three significant digits, at least two decimals, and as many as the bar has. */
function ratioText(ratio: Ratio | undefined): string {
  if (ratio === undefined) return "";
  const { value, bar } = ratio;
  const barDecimals = `${bar ?? ""}`.split(".")[1]?.length ?? 0;
  const decimals = value > 0 ? 2 - Math.floor(Math.log10(value)) : 2;
  const text = value.toFixed(Math.min(6, Math.max(2, decimals, barDecimals)));
  return bar === undefined ? text : `${text} ≤ ${bar}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
