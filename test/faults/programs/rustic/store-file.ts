/** A file of the repository: whole or not there, as rustic writes it. */

import { createHash } from "node:crypto";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ifMissing } from "../errno.js";
import type { ProgramCall } from "../program.js";

export const idPattern = /^[0-9a-f]{64}$/;

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The rename is what makes it exist; a kill leaves `<name>-tmp-`. */
export async function storeFile(
  call: ProgramCall,
  path: string,
  text: string,
): Promise<void> {
  const temporary = `${path}-tmp-`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, text);
  call.wouldStill({ from: temporary, to: path });
  await call.work(1);
  await rename(temporary, path);
  call.wouldStill(undefined);
}

/** Names that are ids, and nothing else: in one order every time. */
export async function idsIn(repository: string, kind: string) {
  const names = (await readdir(join(repository, kind)).catch(ifMissing)) ?? [];
  return names.filter((name) => idPattern.test(name)).toSorted();
}
