/** `btrfs filesystem sync path` */

import { lstat } from "node:fs/promises";
import { ifMissing } from "../errno.js";
import { commitAll } from "./generations.js";
import { Refused, type Verb } from "./verb.js";

export const syncFilesystem: Verb = async (call, [path = ""]) => {
  if (!(await lstat(path).catch(ifMissing))) {
    throw new Refused("Could not open: No such file or directory");
  }
  await call.work(5);
  commitAll(path);
  return "";
};
