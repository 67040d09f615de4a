import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";

/** A line more in its notes: else the next backup is the one before. */
export function change(projectDir: string, file = "notes.txt"): void {
  appendFileSync(join(projectDir, file), `${randomUUID()}\n`);
}
