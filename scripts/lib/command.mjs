import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { run } from "./run.mjs";

/** The path of a command, or undefined. Administration tools are found where
 * Debian keeps them, though a user's PATH may not name those directories. */
export function which(command, path = process.env.PATH ?? "") {
  const directories = [...path.split(delimiter), "/usr/sbin", "/sbin"];
  return directories
    .filter(Boolean)
    .map((directory) => join(directory, command))
    .find(isExecutable);
}

/** The absolute path of what somebody named: a path or a command. */
export function pathOf(name) {
  const path = name.includes("/") ? resolve(name) : which(name);
  return path && isExecutable(path) ? path : undefined;
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first version number that the program at this path prints, such as
 * "0.11.4"; undefined when it does not run. */
export async function versionOf(program, args = ["--version"]) {
  if (!isExecutable(program)) {
    return undefined;
  }
  const { code, stdout } = await run(program, args);
  return code === 0 ? /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] : undefined;
}

export function isAtLeast(version, wanted) {
  const numbers = (text) => text.split(".").map(Number);
  const have = numbers(version);
  const need = numbers(wanted);
  const at = need.findIndex((part, index) => part !== (have[index] ?? 0));
  return at === -1 || (have[at] ?? 0) > need[at];
}
