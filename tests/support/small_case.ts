import { testdata } from "./testdata.ts";

const FOLDER = testdata("layouts/x86_64/lld-shifted");

// A library of four functions, layout_first to layout_private, one directly behind the other.

/** Its snapshot. */
export const SMALL_MAPS = `${FOLDER}/maps`;
/** Its snapshot and its files, as options. */
export const SMALL_OPTIONS: readonly string[] = [
  "--maps",
  SMALL_MAPS,
  "--sysroot",
  `${FOLDER}/sysroot`,
];
/** Inside `layout_first`. */
export const IN_FIRST = "0x7ffff7fbd510";
/** The first byte of `layout_second`. */
export const AT_SECOND = "0x7ffff7fbd53a";
/** The first byte of `layout_third`. */
export const AT_THIRD = "0x7ffff7fbd568";
/** In the last page of code, behind all functions. */
export const BEHIND_ALL = "0x7ffff7fbd5f0";
