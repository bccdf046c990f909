import type { StackTable } from "../profile/mod.ts";
import type { FoundFunction } from "../symbols/mod.ts";
import { EXACT, RETURN } from "./frame_roles.ts";

/**
 * The code that a signal handler returns to: glibc's and musl's, the vDSO's on arm64 and others, and
 * Go's. The frame that seems to have called it did not: it was interrupted there.
 */
const TRAMPOLINES: ReadonlySet<string> = new Set([
  "__restore_rt",
  "__restore",
  "__kernel_rt_sigreturn",
  "__kernel_sigreturn",
  "__default_rt_sa_restorer",
  "__default_sa_restorer",
  "runtime.sigreturn__sigaction",
  "runtime.sigreturn__sigaction.abi0",
  "runtime.sigreturn.abi0",
  // Go's handler makes it look as if these had been called where the signal came.
  "runtime.asyncPreempt",
  "runtime.asyncPreempt.abi0",
  "runtime.sigpanic",
  "runtime.sigpanic0",
]);

const LONGEST = Math.max(...[...TRAMPOLINES].map((name) => name.length));

/**
 * Makes the frames exact that a signal interrupted: those whose next frame is a signal trampoline.
 *
 * @param keys The frames of all stacks in their places, `2 * frame + role`; changed in place.
 * @param isTrampoline By key: what {@linkcode findTrampolines} gives.
 * @returns The keys that are new, and have to be located.
 */
export function makeInterruptedExact(
  stacks: StackTable,
  keys: Uint32Array,
  isTrampoline: Uint8Array,
): Set<number> {
  const changed = new Set<number>();
  if (!isTrampoline.includes(1)) return changed;
  for (let stack = 0; stack < stacks.size; stack++) {
    const last = stacks.endOf(stack) - 1;
    for (let at = stacks.startOf(stack); at < last; at++) {
      if ((keys[at]! & 1) !== RETURN || isTrampoline[keys[at + 1]!] === 0) continue;
      keys[at] = keys[at]! - RETURN + EXACT;
      changed.add(keys[at]!);
    }
  }
  return changed;
}

/**
 * Makes the frames exact whose code shows that they are signal trampolines: nothing called them, so
 * the byte before is that of another function, or of none.
 *
 * @param keys The frames of all stacks in their places; changed in place.
 * @param signalReturns Keys whose code shows that they are trampolines.
 * @param isTrampoline By key: what {@linkcode findTrampolines} gives; completed.
 * @returns The keys that are new, and have to be located.
 */
export function makeTrampolinesExact(
  keys: Uint32Array,
  signalReturns: readonly number[],
  isTrampoline: Uint8Array,
): Set<number> {
  const changed = new Set<number>();
  const returned = new Set(signalReturns.filter((key) => (key & 1) === RETURN));
  if (returned.size === 0) return changed;
  for (let at = 0; at < keys.length; at++) {
    if (!returned.has(keys[at]!)) continue;
    keys[at] = keys[at]! - RETURN + EXACT;
    isTrampoline[keys[at]!] = 1;
    changed.add(keys[at]!);
  }
  return changed;
}

/**
 * Tells which frames are signal trampolines: what seems to have called them was interrupted there.
 *
 * @param functions By key, as far as it is known.
 * @param signalReturns Keys whose code shows that they are trampolines, whatever their names are.
 * @returns By key: 1 if it is one.
 */
export function findTrampolines(
  functions: readonly (FoundFunction | undefined)[],
  signalReturns: readonly number[],
): Uint8Array {
  const isTrampoline = new Uint8Array(functions.length);
  for (let key = 0; key < functions.length; key++) {
    if (isNamedTrampoline(functions[key])) isTrampoline[key] = 1;
  }
  for (const key of signalReturns) isTrampoline[key] = 1;
  return isTrampoline;
}

/** Whether a function is a signal trampoline by its name. */
export function isNamedTrampoline(found: FoundFunction | undefined): boolean {
  // Most names are longer, and would have to be hashed to be looked up.
  return found !== undefined && found.name.length <= LONGEST && TRAMPOLINES.has(found.name);
}
