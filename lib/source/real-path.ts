/** Where a path really leads, symbolic links followed. */

import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ifAbsent } from "./filesystem.js";

/** Is `path`, there already or not, `directory` or something in it? */
export async function isWithin(
  path: string,
  directory: string,
): Promise<boolean> {
  const [inner, outer] = await Promise.all([
    eventualPath(path),
    eventualPath(directory),
  ]);
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** The real path of what exists of it, and the rest as it is named. */
export async function eventualPath(path: string): Promise<string> {
  const real = await realpath(path).catch(ifAbsent);
  if (real !== undefined) return real;
  const parent = dirname(path);
  return parent === path
    ? path
    : join(await eventualPath(parent), basename(path));
}
