import { join } from "node:path";
import type { BackupFacts } from "../../conat-api/index.js";
import { type Kit, writeKit } from "../../lib/repository/kit.js";
import type { TestEngine } from "./engine.js";

export const knownRepositoryId = "5e".repeat(32);

/** As if the host had made the repository and just read it. */
export function knowBackups(
  { host, backups }: TestEngine,
  added: BackupFacts[],
): void {
  const repository_id = knownRepositoryId;
  const kit = {
    kit_version: 1 as const,
    name: "main",
    kind: "local" as const,
    location: "somewhere",
    repository_id,
    password: "x",
    credentials: [],
    created_at: "now",
  } satisfies Kit;
  writeKit(join(host.dataDir, "keys", "main.kit.json"), kit);
  const { store } = backups.tools;
  const row = { repository_id, name: "main", kind: "local", location: "there" };
  store.repositories.opened(row, 1);
  store.backups.takeReading({ repository_id, added, gone: [], now: 4711 });
}
