/** Where the code of a function leads. */
export interface Exits {
  /** The vaddrs of what is called or jumped to outside of it, and what looks like such. */
  readonly targets: readonly number[];
  /** Those of short jumps: they are meant only if a function begins there. */
  readonly shortTargets: readonly number[];
}
