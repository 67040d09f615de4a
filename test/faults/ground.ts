/** Where worlds are: in memory, and gone when this process is. */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function makeGround(): string {
  const memory = "/dev/shm";
  const parent = existsSync(memory) ? memory : tmpdir();
  const ground = mkdtempSync(join(parent, "project-backups-faults-"));
  const remove = () => rmSync(ground, { recursive: true, force: true });
  process.once("exit", remove);
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
  return ground;
}
