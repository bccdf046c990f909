import { assertEquals, assertRejects } from "@std/assert";

/** Like `assertRejects`, but the message is the whole message. Gives the error. */
export async function assertRejectsExactly<Thrown extends Error>(
  action: () => Promise<unknown>,
  // deno-lint-ignore no-explicit-any -- the constructors of errors take what they like
  errorClass: new (...args: any[]) => Thrown,
  message: string,
): Promise<Thrown> {
  const error = await assertRejects(action, errorClass);
  assertEquals(error.message, message);
  return error;
}
