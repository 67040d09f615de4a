/** `btrfs subvolume list`: all, or what is nested in one. */

import { lstat, readFile, realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { ifMissing } from "../errno.js";
import { allOf, type Facts, factsOf } from "./generations.js";
import { nestedIn, subvolumeAt } from "./subvolume.js";
import { Refused, type Verb } from "./verb.js";

/** `-o`; of a plain directory: of the subvolume that it lies in. */
export const listBelow: Verb = async (_call, [given = ""]) => {
  const path = await requireDirectory(given);
  const inner = await nestedIn((await subvolumeAt(path)) ?? path);
  return linesOf(inner, ({ id, generation }) => `ID ${id} gen ${generation}`);
};

/** `-c -u -q`: with their generations. */
export const listAll: Verb = async (_call, [given = ""]) => {
  const all = allOf(await requireDirectory(given));
  const sorted = all.toSorted((a, b) => factsOf(a).id - factsOf(b).id);
  return linesOf(
    sorted,
    ({ id, generation, created_generation }) =>
      `ID ${id} gen ${generation} cgen ${created_generation}`,
    ({ parent_uuid, uuid }) =>
      ` parent_uuid ${(parent_uuid ?? "-").padEnd(36)} uuid ${uuid}`,
  );
};

async function linesOf(
  paths: string[],
  front: (facts: Facts) => string,
  back: (facts: Facts) => string = () => "",
): Promise<string> {
  const lines = paths.map(async (path) => {
    const facts = factsOf(path);
    const named = await pathInFileSystem(path);
    return `${front(facts)} top level 5${back(facts)} path ${named}\n`;
  });
  return (await Promise.all(lines)).join("");
}

async function requireDirectory(given: string): Promise<string> {
  const stats = await lstat(given).catch(ifMissing);
  if (!stats) {
    throw new Refused(`cannot access '${given}': No such file or directory`);
  }
  if (!stats.isDirectory()) throw new Refused(`not a directory: ${given}`);
  return realpath(given);
}

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
