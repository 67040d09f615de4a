/** What the repository holds, asked without the engine. */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { toolPath } from "../../support/tools.js";
import type { World } from "./world.js";

const Groups = z.array(
  z.object({
    snapshots: z.array(
      z.object({
        id: z.string(),
        hostname: z.string(),
        tags: z.array(z.string()),
      }),
    ),
  }),
);

export interface StoredBackup {
  backup_id: string;
  project_id: string;
  /** From its tag `job=<id>`. */
  job_id: string;
}

export async function storedBackups(world: World): Promise<StoredBackup[]> {
  const profile = writeProfile(world);
  const { stdout } = await execa(toolPath("rustic"), [
    ...["-P", profile, "--no-progress"],
    ...["snapshots", "--json"],
  ]);
  return Groups.parse(JSON.parse(stdout))
    .flatMap(({ snapshots }) => snapshots)
    .map(({ id, hostname, tags }) => ({
      backup_id: id,
      project_id: hostname,
      job_id: jobOf(tags),
    }));
}

function jobOf(tags: readonly string[]): string {
  const tag = tags.find((one) => one.startsWith("job=")) ?? "job=";
  return tag.slice("job=".length);
}

function writeProfile({ root, dataDir, repository }: World): string {
  const profile = join(root, "reader.toml");
  if (existsSync(profile)) return profile;
  const lines = [
    "[repository]",
    `repository = ${JSON.stringify(repository)}`,
    `key-file = ${JSON.stringify(join(dataDir, "keys", "main.key"))}`,
    "no-cache = true",
    "",
  ];
  writeFileSync(profile, lines.join("\n"), { mode: 0o600 });
  return profile;
}
