/** rustic alone, with a profile of its own: the other side of a ratio. */

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { rusticCandidates } from "../../lib/config.js";
import { findRustic } from "../../lib/repository/binary.js";
import { backupCommand } from "../../lib/repository/commands/backup.js";
import type { BenchHost } from "./bench-host.js";
import { timed } from "./report.js";

/** The default of `limits.nice`. */
const nice = 10;

export interface BareRustic {
  /** Runs it with the profile; resolves with what it printed. */
  run(args: readonly string[], cwd?: string): Promise<string>;
  /** Backs up all below `stage`; with the flags that a job uses. */
  backUp(
    stage: string,
    options?: { parent?: string | undefined; project_id?: string },
  ): Promise<{ ms: number; backup_id: string }>;
  /** Several projects in one run. */
  backUpAll(sources: readonly Source[]): Promise<void>;
}

interface Source {
  project_id: string;
  directory: string;
}

/** Into the host's repository, by its key file or by its password. */
export async function openBareRustic(
  { dataDir, repository, password }: BenchHost,
  by: "key-file" | "password" = "key-file",
): Promise<BareRustic> {
  const rustic = await findRustic(rusticCandidates(undefined), {
    PATH: process.env.PATH ?? "",
  });
  const profile = join(dataDir, `bare-${by}.toml`);
  const key = join(dataDir, "keys", "main.key");
  const credential =
    by === "key-file" ? `key-file = "${key}"` : `password = "${password()}"`;
  const text = `[repository]\nrepository = "local:${repository}"\nno-cache = true\n${credential}\n`;
  writeFileSync(profile, text, { mode: 0o600 });
  const run = (args: readonly string[], cwd = dataDir) =>
    spawned(rustic, ["-P", profile, ...args], cwd);
  return {
    run,
    async backUpAll(sources) {
      const all = join(dataDir, "bare-all.toml");
      const tables = sources.map(
        ({ project_id, directory }) =>
          `[[backup.snapshots]]\nsources = ["${directory}"]\nas-path = "/"\nhost = "${project_id}"\n`,
      );
      writeFileSync(all, text + tables.join(""), { mode: 0o600 });
      await spawned(rustic, ["-P", all, "backup"], dataDir);
    },
    async backUp(stage, { parent, project_id = randomUUID() } = {}) {
      const { args, parse } = backupCommand({
        directory: stage,
        source: ["."],
        ...{ project_id, job_id: randomUUID(), parent },
        onBytes: () => {},
      });
      const { ms, value } = await timed(() => run(args, stage));
      const backup_id = parse({ stdout: value, records: [] })?.backup_id;
      if (!backup_id) throw new Error(`rustic: no backup: ${value}`);
      return { ms, backup_id };
    },
  };
}

function spawned(
  file: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      stdio: ["ignore", "pipe", "ignore"],
    });
    // The same priority as ours, so that a busy machine slows both alike.
    if (child.pid !== undefined) setPriority(child.pid, nice);
    let stdout = "";
    child.stdout.on("data", (chunk) => (stdout += String(chunk)));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`rustic: ${code}`)),
    );
  });
}
