/** `rustic cat config`, `rustic cat index <id>` */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RepositoryFile } from "./open.js";
import type { Subcommand } from "./subcommand.js";
import { notThere } from "./stored.js";
import { unrecognized } from "./arguments.js";

export const cat: Subcommand = async (call, { path }, [what = "", id = ""]) => {
  if (what === "config") {
    const text = await readFile(join(path, "config"), "utf8");
    const { config } = RepositoryFile.parse(JSON.parse(text));
    call.out(`${JSON.stringify(config)}\n`);
  } else if (what === "index") {
    const file = join(path, "index", id);
    call.out(`${await readFile(file, "utf8").catch(notThere(file))}\n`);
  } else {
    throw unrecognized(what);
  }
};
