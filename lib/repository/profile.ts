/**
 * A rustic profile that lives as long as one call: TOML, 0600. Secrets
 * reach rustic here, never in its arguments (rustic stores those inside the
 * backup) and never in the environment.
 */

import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { identifyProcess, isAlive } from "../process-identity.js";
import type { Location } from "./location.js";

/** A password costs rustic 0.3 s of scrypt on each call; a key file nothing. */
export type Credential = { keyFile: string } | { password: string };

export interface ProfileOptions {
  /** `<dataDir>/run`. */
  runDir: string;
  location: Location;
  credential: Credential;
  /** For remote repositories. */
  cacheDir: string;
  /** Variables that rustic sets for itself. */
  variables?: Readonly<Record<string, string>>;
}

/** Runs `action` with the path of a profile that is gone afterwards. */
export async function withProfile<T>(
  options: ProfileOptions,
  action: (path: string) => Promise<T>,
): Promise<T> {
  mkdirSync(options.runDir, { recursive: true, mode: 0o700 });
  const path = join(options.runDir, fileName());
  try {
    writeFileSync(path, profileText(options), { mode: 0o600, flag: "wx" });
    return await action(path);
  } finally {
    rmSync(path, { force: true });
  }
}

/** Removes the profiles of processes that died before they could. */
export function removeDeadProfiles(runDir: string): void {
  if (!existsSync(runDir)) return;
  const { boot } = identifyProcess(process.pid);
  for (const name of readdirSync(runDir)) {
    const [, pid, started] = /^(\d+)-(\d+)-.*\.toml$/.exec(name) ?? [];
    if (pid === undefined) continue;
    const owner = { pid: Number(pid), started: Number(started), boot };
    if (!isAlive(owner)) rmSync(join(runDir, name), { force: true });
  }
}

/** It says whose profile it is. */
function fileName(): string {
  const { pid, started } = identifyProcess(process.pid);
  return `${pid}-${started}-${randomUUID()}.toml`;
}

function profileText({
  location,
  credential,
  cacheDir,
  variables = {},
}: ProfileOptions): string {
  const { repository, options, remote } = location;
  return stringify({
    ...(Object.keys(variables).length > 0
      ? { global: { env: variables } }
      : {}),
    repository: {
      repository,
      ...("keyFile" in credential
        ? { "key-file": credential.keyFile }
        : { password: credential.password }),
      ...(remote ? { "cache-dir": cacheDir } : { "no-cache": true }),
      options,
    },
  });
}
