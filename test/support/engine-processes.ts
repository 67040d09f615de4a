import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Input, MethodName, Output } from "../../conat-api/index.js";
import { parseConfig } from "../../lib/config.js";
import { type Logger, silentLogger } from "../../lib/host.js";
import { type ProjectBackups, startProjectBackups } from "../../lib/index.js";
import { createStandaloneHost } from "../../lib/standalone/host.js";
import { bundleProgram, type Program, startProgram } from "./program.js";
import { tempDir } from "./temp.js";

/** One host whose engine may run in any number of processes. */
export type SharedHost = {
  dataDir: string;
  /** The directory of its local repository. */
  repository: string;
  projects: string[];
  projectDir(project_id: string): string;
  /** An engine in a process of its own. */
  spawn(): Promise<EngineProcess>;
  /** An engine in this process; close it. */
  start(options?: { work?: boolean; logger?: Logger }): Promise<ProjectBackups>;
};

export type EngineProcess = Pick<Program, "pid" | "end" | "kill"> & {
  call<M extends MethodName>(method: M, input: Input<M>): Promise<Output<M>>;
};

export function makeSharedHost({
  projects: count = 1,
  projectsIn = tempDir("projects"),
  subvolumes = false,
  config: more = {},
}: {
  projects?: number;
  projectsIn?: string;
  /** Projects are btrfs subvolumes; else plain directories. */
  subvolumes?: boolean;
  config?: Record<string, unknown>;
} = {}): SharedHost {
  const dataDir = tempDir("data");
  const repository = tempDir("repository");
  const file = {
    host_id: "host-1",
    projects: { directory: projectsIn },
    repository: { kind: "local", path: repository },
    // Nothing but what a test asks for.
    schedule: { enabled: false },
    ...more,
  };
  const projects = Array.from({ length: count }, () => randomUUID());
  const projectDir = (id: string) => join(projectsIn, id);
  for (const id of projects) {
    if (subvolumes)
      execFileSync("btrfs", ["-q", "subvolume", "create", projectDir(id)]);
    else mkdirSync(projectDir(id));
    writeFileSync(join(projectDir(id), "notes.txt"), `notes of ${id}\n`);
  }
  let bundle: string | undefined;
  return {
    ...{ dataDir, repository, projects, projectDir },
    async spawn() {
      bundle ??= bundleProgram("serve-engine");
      const program = startProgram(bundle, [dataDir, JSON.stringify(file)]);
      if ((await program.line()) !== "ready") throw new Error("not ready");
      return speakWith(program);
    },
    start({ work = true, logger = silentLogger } = {}) {
      const config = parseConfig(file);
      const host = createStandaloneHost({ dataDir, config, logger });
      return startProjectBackups(host, config, { work });
    },
  };
}

type Reply = { id: number; result?: unknown; error?: string };

function speakWith({ line, send, pid, end, kill }: Program): EngineProcess {
  const waiting = new Map<number, (reply: Reply) => void>();
  const listen = async () => {
    for (;;) {
      const reply = JSON.parse(await line()) as Reply;
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    }
  };
  // It ends when the process does; who still waits then times out.
  void listen().catch(() => {});
  let calls = 0;
  return {
    ...{ pid, end, kill },
    async call(method, input) {
      const id = ++calls;
      const answer = new Promise<Reply>((resolve) => waiting.set(id, resolve));
      send(JSON.stringify({ id, method, input }));
      const { result, error } = await answer;
      if (error !== undefined) throw new Error(error);
      return result as never;
    },
  };
}
