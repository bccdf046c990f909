import { type Cost, measure, type Program } from "./measure.ts";
import type { Workspace } from "./workspace.ts";

/** How two programs compare: the median of the ratios of paired runs. */
export interface Comparison {
  /** Wall time of ours by that of theirs. */
  readonly time: number;
  /** Peak memory of ours by that of theirs. */
  readonly memory: number;
}

/** Runs two programs in turn, ours first, so that whatever else the machine does meets both. */
export async function compare(
  workspace: Workspace,
  ours: Program,
  theirs: Program,
  pairs: number = workspace.pairs,
): Promise<Comparison> {
  const costs: (readonly [Cost, Cost])[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    costs.push([await measure(ours), await measure(theirs)]);
  }
  for (const [side, { label }] of [ours, theirs].entries()) {
    workspace.times.push(costText(label, costs.map((pair) => pair[side]!)));
  }
  return {
    time: median(costs.map(([a, b]) => a.seconds / b.seconds)),
    memory: median(costs.map(([a, b]) => a.kilobytes / b.kilobytes)),
  };
}

/** What `--times` prints of the runs of one program. */
export function costText(label: string, costs: readonly Cost[]): string {
  const seconds = costs.map((cost) => cost.seconds.toFixed(3)).join(", ");
  const megabytes = median(costs.map(({ kilobytes }) => kilobytes / 1000)).toFixed(0);
  return `${label}: ${seconds} s; ${megabytes} MB`;
}

/** The middle one; of two the lower. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]!;
}
