import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { type CliResult, runCli } from "./cli.js";
import { tempDir } from "./temp.js";

export type CliHost = {
  root: string;
  dataDir: string;
  project_id: string;
  projectDir: string;
  /** Runs a command on the data directory; `--json` when asked. */
  run(...args: string[]): Promise<CliResult>;
  json<T = Record<string, unknown>>(
    ...args: string[]
  ): Promise<T & { exitCode: number | undefined }>;
};

/** A standalone host of one project; sections replace those of its TOML. */
export function makeCliHost(sections: Record<string, unknown> = {}): CliHost {
  const root = tempDir("cli");
  const project_id = randomUUID();
  const dataDir = join(root, "data");
  const projectDir = join(root, "projects", project_id);
  mkdirSync(projectDir, { recursive: true });
  mkdirSync(join(root, "restored"));
  writeFileSync(join(projectDir, "notes.txt"), "important\n");
  mkdirSync(dataDir);
  const file = {
    host_id: randomUUID(),
    projects: { directory: join(root, "projects") },
    repository: { kind: "local", path: join(root, "repository") },
    restore: { directories: [join(root, "restored")] },
    // Nothing but what a test asks for.
    schedule: { enabled: false },
    ...sections,
  };
  writeFileSync(join(dataDir, "project-backups.toml"), stringify(file));
  const run = (...args: string[]) => runCli(["--data-dir", dataDir, ...args]);
  return {
    ...{ root, dataDir, project_id, projectDir, run },
    async json<T>(...args: string[]) {
      const result = await run("--json", ...args);
      return { ...result.json<T>(), exitCode: result.exitCode };
    },
  };
}
