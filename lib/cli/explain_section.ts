/** A part of an explanation: its label, and its lines; left out if there are none. */
export type Section = readonly [label: string, lines: readonly string[]];
