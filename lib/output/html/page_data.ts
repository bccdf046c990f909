import type { WeightScale } from "../spell_weight.ts";

/**
 * What a page holds of a profile, as JSON. Columns, not objects, and numbers that are mostly small:
 * 100,000 nodes take about a megabyte.
 */
export interface PageData {
  /** What the profile is called. */
  readonly title: string;
  /** The program that wrote the page. */
  readonly exporter: string;
  /** How weights are spelled. */
  readonly weight: Required<WeightScale>;
  /** All texts, each once; the first is empty. Others are their numbers. */
  readonly strings: readonly string[];
  /** By function: its name, its file, and its kind as a place in {@linkcode PAGE_KINDS}. */
  readonly functions: {
    readonly name: readonly number[];
    readonly image: readonly number[];
    readonly kind: readonly number[];
  };
  /** By place, which is what nodes share: its function, its line in the source, why it has no name. */
  readonly places: {
    /** How far before the function that would be new; 0 is new. */
    readonly function: readonly number[];
    readonly file: readonly number[];
    /** 1-based; 0 if it is not known. */
    readonly line: readonly number[];
    /** Why there is no name, and what to do about it; empty if there is one. */
    readonly reason: readonly number[];
  };
  /** By node, each in front of its children, those in the bytewise order of their names. */
  readonly nodes: {
    /** How many levels its parent is above the node before it; 0 if it is that node's child. */
    readonly up: readonly number[];
    /** How far before the place that would be new; 0 is new. */
    readonly place: readonly number[];
    /** The weight of the stacks that end there. */
    readonly self: readonly number[];
    /** The same of the base; left out if the profile is not differential. */
    readonly base?: readonly number[];
  };
}

/** The kinds of frames, by their numbers in a page. */
export const PAGE_KINDS = ["native", "inlined", "kernel", "jit", "name"] as const;
