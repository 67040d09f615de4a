import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ConatServiceClient,
  type Input,
  isTerminal,
  type Job,
  type MethodName,
  type Output,
} from "../../conat-api/index.js";
import { type Config, parseConfig } from "../../lib/config.js";
import {
  type Logger,
  type ProjectHost,
  type ProjectPaths,
  type Role,
  systemClock,
} from "../../lib/host.js";
import { type ProjectBackups, startProjectBackups } from "../../lib/index.js";
import { tempDir } from "./temp.js";

export type TestEngineOptions = {
  /** How many projects there are, each with one small file; default 1. */
  projects?: number;
  /** Sections of the configuration file, over a local repository. */
  config?: Record<string, unknown>;
  conat?: ConatServiceClient;
  /** false: jobs stay pending. */
  work?: boolean;
  /** Ports that replace ours. */
  host?: Partial<ProjectHost>;
};

export type TestEngine = {
  backups: ProjectBackups;
  host: ProjectHost;
  config: Config;
  /** Holds data/, projects/, repository/ and restored/. */
  root: string;
  /** Ids; the directory of each is `projectDir(id)`. */
  projects: string[];
  projectDir(project_id: string): string;
  /** `<project_id> <account_id>` -> role: change it as the test likes. */
  roles: Map<string, Role>;
  /** What the host says of each project: change it as the test likes. */
  paths: Map<string, ProjectPaths>;
  /** Projects in the order in which they were stopped. */
  stopped: string[];
  /** All that was logged, a line each. */
  log: string[];
  /** Calls a method as the local command line does. */
  local<M extends MethodName>(method: M, input: Input<M>): Promise<Output<M>>;
  /** The row of a job once it has ended. */
  ended(job: Pick<Job, "project_id" | "job_id">): Promise<Job>;
  /** A finished backup of a project; throws when it did not succeed. */
  backup(project_id: string): Promise<Job & { backup_id: string }>;
  close(options?: { drainMs?: number }): Promise<void>;
};

/** The whole engine over ports that the test controls; close it. */
export async function startTestEngine(
  options: TestEngineOptions = {},
): Promise<TestEngine> {
  const root = tempDir("engine");
  const ports = createPorts(root, options);
  for (const project_id of ports.projects) fill(ports.projectDir(project_id));
  mkdirSync(join(root, "restored"));
  const config = parseConfig({
    repository: { kind: "local", path: join(root, "repository") },
    restore: { directories: [join(root, "restored")] },
    schedule: { enabled: false },
    ...options.config,
  });
  const { work = true } = options;
  // Nothing but what a test asks for.
  const tick_ms = 24 * 3600 * 1000;
  const backups = await startProjectBackups(ports.host, config, {
    ...{ work, tick_ms },
  });
  const { local, ended, backup } = verbs(backups);
  return {
    ...ports,
    ...{ backups, config, root, local, ended, backup },
    close: ({ drainMs = 0 } = {}) => backups.close({ drainMs }),
  };
}

function createPorts(
  root: string,
  { projects: count = 1, conat, host: replaced }: TestEngineOptions,
) {
  const projects = Array.from({ length: count }, () => randomUUID());
  const projectDir = (id: string) => join(root, "projects", id);
  const roles = new Map<string, Role>();
  const paths = new Map<string, ProjectPaths>(
    projects.map((id) => [id, { subvolume: projectDir(id) }]),
  );
  const stopped: string[] = [];
  const log: string[] = [];
  const host: ProjectHost = {
    host_id: randomUUID(),
    dataDir: join(root, "data"),
    projects: {
      list: () =>
        Promise.resolve(
          [...paths.keys()].map((project_id) => ({
            project_id,
            last_edited: 0,
          })),
        ),
      role: (project_id, account_id) =>
        Promise.resolve(roles.get(`${project_id} ${account_id}`)),
      paths: (project_id) => Promise.resolve(paths.get(project_id)),
      withStopped: (project_id, action) => {
        stopped.push(project_id);
        return action();
      },
    },
    logger: loggerInto(log),
    clock: systemClock,
    ...(conat ? { conat } : {}),
    ...replaced,
  };
  return { host, projects, projectDir, roles, paths, stopped, log };
}

function loggerInto(log: string[]): Logger {
  const write = (level: string) => (message: string, fields?: object) =>
    void log.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}

function fill(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "notes.txt"), `notes of ${directory}\n`);
}

export function verbs(
  backups: ProjectBackups,
): Pick<TestEngine, "local" | "ended" | "backup"> {
  const local: TestEngine["local"] = (method, input) =>
    backups.handlers(method, { type: "local" }, input);
  const ended: TestEngine["ended"] = async ({ project_id, job_id }) => {
    for (;;) {
      const { job } = await local("job", { project_id, job_id });
      if (isTerminal(job.state)) return job;
      await sleep(10);
    }
  };
  const backup: TestEngine["backup"] = async (project_id) => {
    const { job: asked } = await local("start", { project_id });
    const job = await ended(asked);
    const { state, backup_id, error_message } = job;
    if (state !== "succeeded" || backup_id === null) {
      throw new Error(`the backup ${state}: ${error_message}`);
    }
    return { ...job, backup_id };
  };
  return { local, ended, backup };
}
