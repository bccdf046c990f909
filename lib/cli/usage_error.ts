/** The command line is not one that symfold takes. */
export class UsageError extends Error {
  /** The message says what is there and what is wanted. */
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
