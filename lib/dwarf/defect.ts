/**
 * What is wrong with the data that a reader stands at. Parsers throw it where they do not know
 * which section they read; whoever handed them the bytes makes a FormatError of it, with a place.
 */
export class Defect extends Error {
  /** Takes what is there and what is wanted, as the detail of a FormatError. */
  constructor(detail: string) {
    super(detail);
    this.name = "Defect";
  }
}
