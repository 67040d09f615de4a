/** Repositories over the network, with a proxy before them that goes wrong. */

import { cpSync } from "node:fs";
import { join } from "node:path";
import { openRepository } from "../../lib/repository/open.js";
import {
  createRepository,
  type Repository,
} from "../../lib/repository/repository.js";
import type { CallOptions } from "../../lib/repository/rustic.js";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.js";
import { startGcs } from "../support/servers/gcs.js";
import { startRest } from "../support/servers/rest.js";
import { startS3 } from "../support/servers/s3.js";
import { tempDir } from "../support/temp.js";
import {
  gcsConfig,
  job_id,
  openingOf,
  project_id,
  restConfig,
  s3Config,
  stageWith,
} from "./ground.js";

type Files = Record<string, string | Buffer>;

export interface Remote {
  repository: Repository;
  opening: ReturnType<typeof openingOf>;
  proxy: FaultProxy;
  /** Backs up a stage with these files. */
  backUp(files: Files, options?: CallOptions): Promise<string>;
  /** Another data directory with this one's keys. */
  another(): Promise<Omit<Remote, "another">>;
  stop(): Promise<void>;
}

export type RemoteKind = "rest" | "s3" | "gcs";

/** Servers that all tests of a file use; stop them. */
export function createServers() {
  const started: Started = {};
  let count = 0;
  return {
    async start(kind: RemoteKind, options?: RemoteOptions): Promise<Remote> {
      const name = `host-${++count}`;
      return startRemote(await configs[kind](started, name), kind, options);
    },
    async stop(): Promise<void> {
      for (const server of Object.values(started)) await (await server).stop();
    },
  };
}

interface Started {
  rest?: ReturnType<typeof startRest>;
  s3?: ReturnType<typeof startS3>;
  gcs?: ReturnType<typeof startGcs>;
}

const configs = {
  async rest(started: Started, name: string) {
    const server = await (started.rest ??= startRest());
    const proxy = await startFaultProxy(server.url);
    const access = { ...server, url: proxy.url };
    return { proxy, config: restConfig(access, `${name}/`) };
  },
  async s3(started: Started, name: string) {
    const server = await (started.s3 ??= startS3());
    const { proxy, endpoint } = await proxied(server);
    const config = s3Config({ ...server, endpoint });
    return { proxy, config: { ...config, root: `${name} of/ö+(1)` } };
  },
  async gcs(started: Started, name: string) {
    const server = await (started.gcs ??= startGcs());
    const { proxy, endpoint } = await proxied(server);
    const config = gcsConfig({ ...server, endpoint });
    return { proxy, config: { ...config, root: `hosts/${name}` } };
  },
};

async function proxied({ endpoint }: { endpoint: string }) {
  const proxy = await startFaultProxy(endpoint);
  return { proxy, endpoint: proxy.url.replace(/\/$/, "") };
}

interface RemoteOptions {
  direct?: boolean;
  /** Instead of the real rustic. */
  binary?: string;
}

async function startRemote(
  { proxy, config }: { proxy: FaultProxy; config: object },
  kind: RemoteKind,
  options: RemoteOptions = {},
): Promise<Remote> {
  const host = async (dataDir: string) => ({
    ...(await openHost(config, kind, { ...options, dataDir })),
    proxy,
    stop: proxy.stop,
  });
  try {
    const first = await host(tempDir("host"));
    const another = () => {
      const dataDir = tempDir("another-host");
      const { keysDir } = first.opening;
      cpSync(keysDir, join(dataDir, "keys"), { recursive: true });
      return host(dataDir);
    };
    return { ...first, another };
  } catch (error) {
    await proxy.stop();
    throw error;
  }
}

async function openHost(
  config: object,
  kind: RemoteKind,
  { direct = true, ...where }: RemoteOptions & { dataDir: string },
) {
  const opening = openingOf(config, where);
  const opened = await openRepository(opening);
  const place = { ...opening, ...opened, name: "main", kind, direct };
  const repository = createRepository(place);
  const backUp = async (files: Files, options: CallOptions = {}) => {
    const directory = stageWith(files);
    const source = ["."];
    const input = { directory, source, project_id, job_id, onBytes() {} };
    return (await repository.backup(input, options)).backup_id;
  };
  return { repository, opening, backUp };
}
