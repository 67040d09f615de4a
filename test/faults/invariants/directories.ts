/** I5 of directories: they hold the backup that was asked for, and only that. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ground, Invariant } from "./ground.js";
import { ended } from "./restores.js";

export const directories: readonly Invariant[] = [
  {
    id: "I5",
    sentence: "A restored directory equals the backup that was asked for.",
    check: (ground) =>
      ended(ground)
        .filter(({ row }) => row.state === "succeeded")
        .flatMap(({ path, row: { job_id, backup_id } }) =>
          path === undefined || !existsSync(path)
            ? []
            : differences(
                ground,
                path,
                ground.facts.asked[job_id] ?? backup_id,
              ),
        ),
  },
];

function differences(
  { known }: Ground,
  path: string,
  backup_id: string | null,
): string[] {
  const { tree = {} } = known.find((one) => one.backup_id === backup_id) ?? {};
  const found = treeIn(path);
  const paths = [...new Set([...Object.keys(tree), ...Object.keys(found)])];
  const wrong = paths.filter((one) => tree[one] !== found[one]);
  return wrong.length === 0
    ? []
    : [`${path} is not ${backup_id}: ${wrong.join(", ")}.`];
}

/** Without rolling snapshots, of which a backup has nothing. */
export function treeIn(root: string): Record<string, string> {
  const all: Record<string, string> = {};
  const enter = (below: string): void => {
    for (const entry of readdirSync(join(root, below), entries)) {
      const path = join(below, entry.name);
      if (entry.name === ".subvolume" || rolling.test(path)) continue;
      all[path] = entry.isDirectory() ? "dir " : contentOf(join(root, path));
      if (entry.isDirectory()) enter(path);
    }
  };
  enter("");
  return all;
}

const rolling = /^(project\/)?\.snapshots\/./;
const entries = { withFileTypes: true } as const;

/** Nobody in a world makes links. */
function contentOf(path: string): string {
  return `file ${readFileSync(path, "base64")}`;
}
