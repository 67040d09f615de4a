/** Writing a project's annotations into its repository. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callPath } from "./call-file.js";
import { saveAnnotationsCommand } from "./commands/annotations.js";
import { forget } from "./forget.js";
import type { SaveOptions } from "./repository.js";
import type { CallOptions, Rustic, RusticCommand } from "./rustic.js";

interface Door {
  call<T>(command: RusticCommand<T>, options?: CallOptions): Promise<T>;
  rustic: Rustic;
}

export async function saveAnnotations(
  { call, rustic }: Door,
  what: { project_id: string; text: string },
  { replaces = [], ...options }: SaveOptions = {},
): Promise<string> {
  const id = await write({ call, rustic }, what, options);
  await forget(call, replaces, options);
  return id;
}

async function write(
  { call, rustic }: Door,
  { project_id, text }: { project_id: string; text: string },
  options: CallOptions,
): Promise<string> {
  const work = callPath(rustic.runDir, "");
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
