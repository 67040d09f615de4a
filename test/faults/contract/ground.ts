/** Where a case of the contract runs: real programs, or stand-ins. */

import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../lib/config.js";
import { parseConfig } from "../../../lib/config.js";
import { createRepositories } from "../../../lib/repository/index.js";
import { type Location, locate } from "../../../lib/repository/location.js";
import {
  type CallOptions,
  createRustic,
  type Rustic,
} from "../../../lib/repository/rustic.js";
import { findTether } from "../../../lib/repository/tether.js";
import { type Btrfs, createBtrfs } from "../../../lib/source/btrfs.js";
import { withFileLock } from "../../../lib/store/index.js";
import { tempDir } from "../../support/temp.js";

export interface Ground {
  /** A new directory in which subvolumes can be. */
  directory(): string;
  btrfs: Btrfs;
  environment: Config["environment"];
  /** Bytes that a backup needs a while for. */
  large: number;
  host(given?: Partial<HostPlace>): Host;
  /** A new host whose repository was made. */
  made(): Promise<Host>;
  /** What makes the next backup end as after Ctrl-C. */
  interrupted(): Ending;
  /** What keeps the next backup from reading `path` of the stage. */
  unreadable(host: Host, stage: string, path: string): Ending;
  /** A host whose repository has no room for `large`. */
  full(): Promise<Host>;
}

export interface Ending {
  options: CallOptions;
  onBytes(): void;
}

export interface HostPlace {
  dataDir: string;
  /** The repository's directory. */
  path: string;
  init: boolean;
}

export interface Host extends HostPlace {
  keyFile: string;
  kitFile: string;
  repositories: ReturnType<typeof createRepositories>;
  /** One layer below: any command, however it goes. */
  rustic: Rustic;
  location: Location;
}

export interface Contract {
  title: string;
  run(ground: Ground): Promise<void>;
}

export function hostOf(binary: string, given: Partial<HostPlace> = {}): Host {
  const dataDir = given.dataDir ?? tempDir("host");
  const path = given.path ?? join(tempDir("storage"), "repository");
  const init = given.init ?? true;
  const config = parseConfig({
    repository: { kind: "local", path, init },
    commands: { rustic: binary },
  });
  const { environment } = config;
  return {
    ...{ dataDir, path, init },
    keyFile: join(dataDir, "keys/main.key"),
    kitFile: join(dataDir, "keys/main.kit.json"),
    repositories: createRepositories({
      ...{ host: { dataDir }, config },
      withLock: withFileLock,
      opened() {},
    }),
    location: locate(config.repository),
    rustic: createRustic({
      binary: () => Promise.resolve(binary),
      tether: () => findTether(environment),
      runDir: join(dataDir, "run"),
      cacheDir: join(dataDir, "cache"),
      ...{ environment, privileged: [] },
      ...{ nice: 10, ioClass: "best-effort", idleTimeoutMs: 60_000 },
    }),
  };
}

/** Each password that rustic hashes takes it 0.4 s: one is made, and copied. */
export function makerOf(host: Ground["host"]): Ground["made"] {
  let template: Promise<Host> | undefined;
  const make = async () => {
    const made = host();
    await made.repositories.open();
    return made;
  };
  return async () => {
    template ??= make();
    const { dataDir, path } = await template;
    const copy = host();
    cpSync(dataDir, copy.dataDir, { recursive: true });
    cpSync(path, copy.path, { recursive: true });
    return copy;
  };
}

export function btrfsOf(environment: Config["environment"]): Btrfs {
  return createBtrfs({ program: "btrfs", privileged: [], environment });
}

export const environment: Config["environment"] = {
  PATH: process.env["PATH"] ?? "",
};
