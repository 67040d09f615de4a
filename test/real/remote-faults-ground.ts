/** Engines whose REST repository lies behind a proxy that goes wrong. */

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorCode, Job } from "../../conat-api/index.js";
import { hostRustic, localLocation, restConfig } from "../repository/ground.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import {
  type FaultProxy,
  type Rule,
  startFaultProxy,
} from "../support/fault-proxy.js";
import { retryOf } from "../support/retry-of.js";
import { type RestServer, startRest } from "../support/servers/rest.js";
import { tempDir } from "../support/temp.js";

/** Append-only storage, and a repository in it to make copies of. */
export interface Ground {
  server: RestServer;
  /** An engine with a repository of its own: a copy, or none yet. */
  tenant(options?: TenantOptions): Promise<Tenant>;
}

export interface TenantOptions {
  /** false: the first backup has to make the repository. */
  made?: boolean;
  idle_timeout_seconds?: number;
}

export interface Tenant extends TestEngine {
  proxy: FaultProxy;
  project_id: string;
  /** Where the server keeps the repository. */
  storage: string;
  stop(): Promise<void>;
}

export async function prepareGround(): Promise<Ground> {
  const server = await startRest({ appendOnly: true });
  const template = await startTenant(server, "template", {});
  await template.backups.tools.repositories.open();
  await template.stop();
  let count = 0;
  const copyOf = (name: string) => {
    cpSync(template.storage, join(server.storage, name), { recursive: true });
    return join(template.host.dataDir, "keys");
  };
  return {
    server,
    tenant({ made = true, ...options } = {}) {
      const name = `tenant-${++count}`;
      const keys = made ? { keys: copyOf(name) } : {};
      return startTenant(server, name, { ...options, ...keys });
    },
  };
}

async function startTenant(
  server: RestServer,
  name: string,
  {
    keys,
    idle_timeout_seconds = 60,
  }: { keys?: string; idle_timeout_seconds?: number },
): Promise<Tenant> {
  const dataDir = join(tempDir("tenant"), "data");
  mkdirSync(dataDir, { mode: 0o700 });
  if (keys) cpSync(keys, join(dataDir, "keys"), { recursive: true });
  const proxy = await startFaultProxy(server.url);
  const access = { ...server, url: proxy.url };
  const repository = restConfig(access, `${name}/`);
  const restored = tempDir("restored");
  const engine = await startTestEngine({
    config: {
      repository,
      limits: { idle_timeout_seconds },
      restore: { directories: [restored] },
    },
    host: { dataDir },
  });
  const [project_id = ""] = engine.projects;
  const storage = join(server.storage, name);
  const stop = async () => {
    await engine.close();
    await proxy.stop();
  };
  return { ...engine, proxy, project_id, storage, stop };
}

/** How a row stands, in words that a table can hold. */
export interface Ending {
  state: Job["state"];
  code: ErrorCode | null;
  /** The sentence that people read, or null. */
  says: string | null;
  /** Is there a row that tries again by itself? */
  retried: boolean;
}

export async function endingOf(tenant: Tenant, job: Job): Promise<Ending> {
  const retry = await retryOf(tenant, job);
  const { state, error_code: code, error_message: says } = job;
  return { state, code, says, retried: retry !== undefined };
}

/** What is wrong while a job runs. */
export interface Trouble {
  rules: readonly Rule[];
  /** Nothing listens at all. */
  refused?: boolean | undefined;
}

/** A backup that goes wrong, after one that went well. */
export async function backUpThrough(
  tenant: Tenant,
  trouble: Trouble,
): Promise<Ending> {
  const { project_id } = tenant;
  await tenant.backup(project_id);
  writeNotes(tenant, "changed");
  const job = await during(tenant, trouble, async () => {
    const { job } = await tenant.local("start", { project_id });
    return tenant.ended(job);
  });
  return endingOf(tenant, job);
}

/** Each rule has to strike: else the row proves nothing. */
export async function during<T>(
  { proxy }: Tenant,
  { rules, refused = false }: Trouble,
  action: () => Promise<T>,
): Promise<T> {
  proxy.arm(rules);
  if (refused) await proxy.pause();
  let result: T;
  try {
    result = await action();
  } finally {
    if (refused) await proxy.resume();
    proxy.arm([]);
  }
  const unused = rules.filter((rule) => proxy.hits(rule) === 0);
  expect({ neverStruck: unused.map(({ on }) => on) }).toEqual({
    neverStruck: [],
  });
  return result;
}

export function writeNotes(tenant: Tenant, text: string): void {
  const file = join(tenant.projectDir(tenant.project_id), "notes.txt");
  writeFileSync(file, `${text} of ${tenant.project_id}\n`);
}

/** What is left when the trouble is over. */
export interface After {
  healthy: boolean;
  next: ErrorCode | "succeeded";
}

/** The next backup of the project, with what it then holds. */
export async function nextBackup(
  tenant: Tenant,
): Promise<ErrorCode | "succeeded"> {
  const { project_id } = tenant;
  const { job } = await tenant.local("start", { project_id });
  const { state, error_code } = await tenant.ended(job);
  return state === "succeeded" ? state : (error_code as ErrorCode);
}

/** What `check --read-data` says of the files that the server keeps. */
export function isHealthy({ storage, host }: Tenant): Promise<boolean> {
  const keyFile = join(host.dataDir, "keys", "main.key");
  const copy = tempDir("copy");
  cpSync(storage, copy, { recursive: true });
  const check = {
    action: "check the repository",
    args: ["check", "--read-data"],
    parse: () => true,
  };
  return hostRustic()
    .call(localLocation(copy), { keyFile }, check)
    .catch(() => false);
}
