/** A host on a fresh btrfs image, with a repository of its own. */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import {
  parseConfig,
  type ProjectBackups,
  type ProjectHost,
  silentLogger,
  startProjectBackups,
  systemClock,
} from "../../lib/index.js";
import { mountBtrfs } from "../support/btrfs-image.js";

export interface BenchHost {
  /** On btrfs. */
  projects: string;
  /** A directory in it is the persist store of the project with its name. */
  stores: string;
  dataDir: string;
  repository: string;
  /** Of the repository. */
  password(): string;
  backups: ProjectBackups;
  close(): Promise<void>;
}

const dayMs = 24 * 3600 * 1000;

/** Needs root. Everything is on one image: both sides of a ratio pay alike. */
export async function startBenchHost(sizeBytes: number): Promise<BenchHost> {
  const root = mkdtempSync(join(tmpdir(), "pb-bench-"));
  process.env.PB_TEST_ROOT = root;
  const image = await mountBtrfs({ sizeBytes });
  const projects = join(image.path, "projects");
  const stores = join(image.path, "persist");
  const repository = join(image.path, "repository");
  const dataDir = join(image.path, "data");
  await execa("mkdir", [projects, stores]);
  const host: ProjectHost = {
    host_id: "bench",
    dataDir,
    logger: silentLogger,
    clock: systemClock,
    projects: {
      list: () => Promise.resolve([]),
      role: () => Promise.resolve(undefined),
      paths: (id) => {
        const persist = join(stores, id);
        const store = existsSync(persist) ? { persist } : {};
        return Promise.resolve({ subvolume: join(projects, id), ...store });
      },
      withStopped: (_id, action) => action(),
    },
  };
  const config = parseConfig({
    repository: { kind: "local", path: repository },
    schedule: { enabled: false },
    maintenance: { maintainer: host.host_id },
  });
  // Nothing but what is measured.
  const backups = await startProjectBackups(host, config, { tick_ms: dayMs });
  return {
    projects,
    stores,
    dataDir,
    repository,
    password: () => String(backups.tools.repositories.kit()?.password),
    backups,
    async close() {
      await backups.close();
      await image.unmount();
      rmSync(root, { recursive: true });
    },
  };
}
