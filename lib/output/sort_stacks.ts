import type { Profile } from "../profile/mod.ts";
import type { LineKeys } from "./line_keys.ts";
import { BEHIND_LAST, sortSequences } from "./sort_sequences.ts";

/**
 * Sorts stacks as the bytes of their folded lines would be sorted, without making the lines: frame
 * by frame, by the rank of each frame's text among all texts.
 *
 * @returns The numbers of the stacks, in order.
 */
export function sortStacks(profile: Profile, keys: LineKeys): Uint32Array {
  const { stacks } = profile;
  const order = new Uint32Array(stacks.size);
  const starts = new Uint32Array(stacks.size);
  const ranks = new Int32Array(stacks.frameCount + stacks.size);
  const { frames } = stacks;
  const { callerRank, leafRank } = keys;
  let to = 0;
  for (let stack = 0; stack < stacks.size; stack++) {
    const leaf = stacks.endOf(stack) - 1;
    order[stack] = stack;
    starts[stack] = to;
    for (let at = stacks.startOf(stack); at < leaf; at++) ranks[to++] = callerRank[frames[at]!]!;
    ranks[to++] = leafRank[frames[leaf]!]!;
    ranks[to++] = BEHIND_LAST;
  }
  sortSequences(order, starts, ranks);
  return order;
}
