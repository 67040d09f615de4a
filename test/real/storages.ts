/** The kinds of storage, each with a real server, as a host configures them. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Kit } from "../../lib/repository/kit.js";
import { gcsConfig, restConfig, s3Config } from "../repository/ground.js";
import { startGcs } from "../support/servers/gcs.js";
import { startRest } from "../support/servers/rest.js";
import { startS3 } from "../support/servers/s3.js";
import { tempDir } from "../support/temp.js";

export interface Storage {
  /** `[repository]` of a host's configuration. */
  repository: object;
  /** What the storage itself asks for. */
  secrets: string[];
  /** What restic needs beside the kit's password, by environment. */
  restic(kit: Kit): Record<string, string>;
  stop(): Promise<void>;
}

export const storages: Record<string, () => Promise<Storage>> = {
  local() {
    const path = join(tempDir("storage"), "repo sitory");
    return Promise.resolve({
      repository: { kind: "local", path },
      secrets: [],
      restic: ({ location }) => ({
        RESTIC_REPOSITORY: fileURLToPath(location),
      }),
      stop: () => Promise.resolve(),
    });
  },

  async rest() {
    const server = await startRest();
    const { username, password } = server;
    return {
      repository: restConfig(server, "host/"),
      secrets: [password],
      restic: ({ location }) => ({
        RESTIC_REPOSITORY: location.replace("//", `//${username}:${password}@`),
      }),
      stop: server.stop,
    };
  },

  async s3() {
    const server = await startS3();
    const { access_key_id, secret_access_key, region } = server;
    return {
      repository: { ...s3Config(server), root: "hosts/one" },
      secrets: [access_key_id, secret_access_key],
      restic: ({ location }) => ({
        RESTIC_REPOSITORY: location,
        AWS_ACCESS_KEY_ID: access_key_id,
        AWS_SECRET_ACCESS_KEY: secret_access_key,
        AWS_DEFAULT_REGION: region,
      }),
      stop: server.stop,
    };
  },

  async gcs() {
    const server = await startGcs();
    return {
      repository: { ...gcsConfig(server), root: "hosts/one" },
      secrets: [],
      restic: () => ({}),
      stop: server.stop,
    };
  },
};
