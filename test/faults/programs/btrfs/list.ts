/** `btrfs subvolume list -o path`: what is nested in its subvolume. */

import { lstat, readFile, realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { ifMissing } from "../errno.js";
import { nestedIn, subvolumeAt } from "./subvolume.js";
import { Refused, type Verb } from "./verb.js";

/** Of a plain directory: of the subvolume that it lies in. */
export const listBelow: Verb = async (_call, [given = ""]) => {
  const stats = await lstat(given).catch(ifMissing);
  if (!stats) {
    throw new Refused(`cannot access '${given}': No such file or directory`);
  }
  if (!stats.isDirectory()) throw new Refused(`not a directory: ${given}`);
  const path = await realpath(given);
  const inner = await nestedIn((await subvolumeAt(path)) ?? path);
  const lines = await Promise.all(
    inner.map(
      async (one, at) =>
        `ID ${257 + at} gen 7 top level 256 path ${await pathInFileSystem(one)}\n`,
    ),
  );
  return lines.join("");
};

/** btrfs names paths from the top of the file system. */
async function pathInFileSystem(path: string): Promise<string> {
  const text = await readFile("/proc/self/mountinfo", "utf8").catch(ifMissing);
  let nearest = { root: "/", target: "/" };
  for (const line of (text ?? "").split("\n").filter(Boolean)) {
    const [, , , root = "", target = ""] = line.split(" ");
    const holds = `${path}/`.startsWith(target === "/" ? "/" : `${target}/`);
    if (holds && target.length >= nearest.target.length) {
      nearest = { root, target };
    }
  }
  return join(nearest.root, relative(nearest.target, path)).slice(1);
}
