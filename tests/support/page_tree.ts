import { encodePage } from "../../lib/output/html/encode_page.ts";
import { type FlameTree, flameTreeOf } from "../../lib/output/html/page/flame_tree.ts";
import type { PageData } from "../../lib/output/html/page_data.ts";
import type { WriteOptions } from "../../lib/output/profile_writer.ts";
import type { Profile } from "../../lib/profile/mod.ts";
import { profileOf, type SampleText } from "./profile_of.ts";

/** What a page of a profile holds, read as the page reads it. */
export function pageDataOf(profile: Profile, options: WriteOptions = {}): PageData {
  return JSON.parse([...encodePage(profile, options)].join(""));
}

/** The tree that a page makes of samples. */
export function pageTree(samples: readonly SampleText[]): FlameTree {
  return flameTreeOf(pageDataOf(profileOf(samples)));
}

/** The node that a path of names leads to, from the root. */
export function nodeOf(tree: FlameTree, ...path: readonly string[]): number {
  let node = 0;
  for (const name of path) {
    let child = node + 1;
    while (child < tree.endOf[node]! && tree.functions[tree.functionOf[child]!]!.name !== name) {
      child = tree.endOf[child]!;
    }
    if (child >= tree.endOf[node]!) throw new Error(`There is no "${name}" in ${path.join(";")}`);
    node = child;
  }
  return node;
}
