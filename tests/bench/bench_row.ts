import type { Workspace } from "./workspace.ts";

/** One thing that is measured, under the name by which `deno task bench NAME` asks for it. */
export interface BenchRow {
  readonly name: string;
  /** Measures it; a line of the table for each peer. */
  readonly run: (workspace: Workspace) => Promise<BenchLine[]>;
}

/** One line of the table. */
export interface BenchLine {
  /** What was done, and what it is compared with. */
  readonly what: string;
  /** Wall time of ours by that of the other side. */
  readonly time?: Ratio;
  /** Peak memory of ours by that of the other side. */
  readonly memory?: Ratio;
  /** Bytes read by those that have to be. */
  readonly bytes?: Ratio;
  /** Why nothing was measured; what to install. */
  readonly skipped?: string;
  /** What is wrong with the answer. */
  readonly problem?: string | undefined;
}

/** What came out, and what it may be at most; no bar if it is only shown. */
export interface Ratio {
  readonly value: number;
  readonly bar?: number;
}
