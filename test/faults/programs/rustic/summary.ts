/** The counts of a backup, as rustic prints and stores them. */

import { comparison, type Change, type Parent } from "./parent.js";
import type { Node } from "./stored.js";
import type { Found } from "./walk.js";

export interface Times {
  /** Milliseconds. */
  start: number;
  end: number;
}

export type Summary = ReturnType<typeof summaryOf>;

export function summaryOf(
  found: Found,
  parent: Parent | undefined,
  { start, end }: Times,
) {
  const changeOf = comparison(parent);
  const changes = found.nodes.map((node) => ({ node, change: changeOf(node) }));
  const files = changes.filter(({ node }) => node.type !== "dir");
  const dirs = changes.filter(({ node }) => node.type === "dir");
  const added = files.filter(({ change }) => change !== "unmodified");
  const data_added = added.reduce((sum, { node }) => sum + node.size, 0);
  const seconds = (end - start) / 1000;
  return {
    files_new: count(files, "new"),
    files_changed: count(files, "changed"),
    files_unmodified: count(files, "unmodified"),
    total_files_processed: files.length,
    total_bytes_processed: files.reduce((sum, one) => sum + bytes(one), 0),
    dirs_new: count(dirs, "new") + (parent ? 0 : 1),
    dirs_changed: count(dirs, "changed"),
    dirs_unmodified: count(dirs, "unmodified") + (parent ? 1 : 0),
    // The root is one.
    total_dirs_processed: dirs.length + 1,
    data_blobs: added.length,
    tree_blobs: 0,
    data_added,
    data_added_packed: data_added,
    total_duration: seconds,
  };
}

/** Then a backup has its snapshot only. */
export function isUnchanged(
  { files_unmodified, dirs_unmodified }: Summary,
  { nodes }: Found,
  parent: Parent | undefined,
): boolean {
  return (
    parent?.stored.nodes.length === nodes.length &&
    // With the root.
    files_unmodified + dirs_unmodified === nodes.length + 1
  );
}

interface Changed {
  node: Node;
  change: Change;
}

function count(all: readonly Changed[], change: Change): number {
  return all.filter((one) => one.change === change).length;
}

/** rustic counts a link's length when it did not change, and only then. */
function bytes({ node, change }: Changed): number {
  return node.type === "file" || change === "unmodified" ? node.size : 0;
}
