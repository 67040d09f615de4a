/** `btrfs subvolume show path` */

import { basename } from "node:path";
import { factsOf } from "./generations.js";
import { requireSubvolume } from "./snapshot.js";
import type { Verb } from "./verb.js";

export const show: Verb = async (_call, [path = ""]) => {
  await requireSubvolume(path);
  const facts = factsOf(path);
  const lines = [
    `Name: \t\t\t${basename(path)}`,
    `UUID: \t\t\t${facts.uuid}`,
    `Parent UUID: \t\t${facts.parent_uuid ?? "-"}`,
    `Subvolume ID: \t\t${facts.id}`,
    `Generation: \t\t${facts.generation}`,
    `Gen at creation: \t${facts.created_generation}`,
  ];
  return `${basename(path)}\n${lines.map((line) => `\t${line}\n`).join("")}`;
};
