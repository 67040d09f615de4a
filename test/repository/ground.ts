/** What tests of lib/repository share: rustic as the host runs it. */

import { withFileLock } from "../../lib/store/index.js";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig, type Config } from "../../lib/config.js";
import { keyPaths, type Opening } from "../../lib/repository/open.js";
import { type Location, locate } from "../../lib/repository/location.js";
import { createRustic, type Rustic } from "../../lib/repository/rustic.js";
import { findTether } from "../../lib/repository/tether.js";
import type { RestAccess } from "../support/servers/rest.js";
import type { S3Access } from "../support/servers/s3.js";
import type { GcsAccess } from "../support/servers/gcs.js";
import { tempDir } from "../support/temp.js";
import { toolPath } from "../support/tools.js";

export const project_id = "5f1d7a3e-0b52-4c41-9c1e-7d0a4f8e2b11";
export const job_id = "0b9d6f6a-2f35-4d0b-8f0a-3c5e9b7d1a22";

/** rustic wired like the host's, with its own run and cache directories. */
export function hostRustic({
  binary = toolPath("rustic"),
  dataDir = tempDir("data"),
  environment = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8" },
  privileged = [],
}: {
  binary?: string;
  dataDir?: string;
  environment?: Record<string, string>;
  privileged?: readonly string[];
} = {}): Rustic {
  return createRustic({
    binary: () => Promise.resolve(binary),
    tether: () => findTether(environment),
    runDir: join(dataDir, "run"),
    cacheDir: join(dataDir, "cache"),
    environment,
    privileged,
    nice: 10,
    ioClass: "best-effort",
    idleTimeoutMs: 60_000,
  });
}

/** All that opening a repository asks for, in one data directory. */
export function openingOf(
  repository: object,
  { dataDir = tempDir("host"), binary }: { dataDir?: string; binary?: string },
): Opening & { paths: ReturnType<typeof keyPaths>; dataDir: string } {
  const { repository: config } = configOf(repository);
  const keysDir = join(dataDir, "keys");
  return {
    config,
    location: locate(config),
    rustic: hostRustic({ dataDir, ...(binary ? { binary } : {}) }),
    keysDir,
    withLock: withFileLock,
    paths: keyPaths(keysDir, config.name),
    dataDir,
  };
}

export function configOf(repository: object, limits: object = {}): Config {
  return parseConfig({ repository, limits });
}

export function localLocation(path: string): Location {
  return locate(configOf({ kind: "local", path }).repository);
}

/** `[repository]` of a configuration; its secrets go to files. */
export function restConfig(access: RestAccess, path = ""): object {
  const { url, username, password } = access;
  const secret = secretFile(password);
  return { kind: "rest", url: `${url}${path}`, username, password: secret };
}

export function s3Config(access: S3Access): object {
  const { endpoint, region, bucket } = access;
  return {
    kind: "s3",
    endpoint,
    region,
    bucket,
    access_key_id: secretFile(access.access_key_id),
    secret_access_key: secretFile(access.secret_access_key),
  };
}

export function gcsConfig({ endpoint, bucket }: GcsAccess): object {
  return { kind: "gcs", endpoint, bucket };
}

export function secretFile(secret: string): { file: string } {
  const file = join(tempDir("secret"), "secret");
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return { file };
}

/** A stage as rustic reads it: `project` below it, with these files. */
export function stageWith(files: Record<string, string | Buffer>): string {
  const stage = tempDir("stage");
  mkdirSync(join(stage, "project"));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(stage, "project", name), content);
  }
  return stage;
}
