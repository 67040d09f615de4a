/** Writing a project's annotations into its repository. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import { callPath } from "./call-file.js";
import { saveAnnotationsCommand } from "./commands/annotations.js";
import type { Repository, SaveOptions } from "./repository.js";
import type { CallOptions, Rustic, RusticCommand } from "./rustic.js";

interface Door extends Pick<Repository, "prove" | "forget"> {
  call<T>(command: RusticCommand<T>, options?: CallOptions): Promise<T>;
  runDir: Rustic["runDir"];
}

interface Document {
  project_id: string;
  text: string;
}

export const largestAnnotations = 256 * 1024;

/**
 * The old ones go last, and only after the new one is seen: whoever is
 * killed in between leaves one too many.
 *
 * @throws BackupError LIMIT_EXCEEDED
 */
export async function saveAnnotations(
  door: Door,
  document: Document,
  { replaces = [], ...options }: SaveOptions = {},
): Promise<string> {
  if (Buffer.byteLength(document.text) > largestAnnotations) throw tooLarge();
  const id = await write(door, document, options);
  await door.prove(id, options);
  const old = replaces.filter((one) => one !== id);
  await door.forget(old, options).catch((error: BackupError) => {
    // Nothing can be deleted there: the newest counts.
    if (error.code !== "REPOSITORY_REJECTED") throw error;
  });
  return id;
}

async function write(
  { call, runDir }: Door,
  { project_id, text }: Document,
  options: CallOptions,
): Promise<string> {
  const work = callPath(runDir, "");
  const [directory, file] = [join(work, "empty"), join(work, "text")];
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
    const input = { project_id, directory, file };
    return await call(saveAnnotationsCommand(input), options);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function tooLarge(): BackupError {
  return new BackupError(
    "LIMIT_EXCEEDED",
    "The names and notes of this project's backups take too much room.",
    { hint: "Shorten some notes." },
  );
}
