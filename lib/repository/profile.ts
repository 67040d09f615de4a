/**
 * A rustic profile that lives as long as one call: TOML, 0600. Secrets
 * reach rustic here, never in its arguments (rustic stores those inside the
 * backup) and never in the environment.
 */

import { rmSync, writeFileSync } from "node:fs";
import { stringify } from "smol-toml";
import { deadCallFiles, withCallFile } from "./call-file.js";
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
export function withProfile<T>(
  options: ProfileOptions,
  action: (path: string) => Promise<T>,
): Promise<T> {
  return withCallFile(options.runDir, ".toml", (path) => {
    writeFileSync(path, profileText(options), { mode: 0o600, flag: "wx" });
    return action(path);
  });
}

/** Removes the profiles, logs and texts of processes that died before they could. */
export function removeDeadProfiles(runDir: string): void {
  for (const path of deadCallFiles(runDir))
    rmSync(path, { recursive: true, force: true });
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
