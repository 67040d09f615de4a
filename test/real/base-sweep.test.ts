/** Bases that no row names go, also while the host runs on. */

import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BtrfsEngine, startBtrfsEngine } from "../support/btrfs-engine.js";
import { describeReal } from "../support/tools.js";

const hourMs = 3600 * 1000;

describeReal(
  "a base whose row is gone",
  { needs: ["root", "btrfs", "rustic"] },
  () => {
    let engine: BtrfsEngine;
    let ahead = 0;
    afterEach(() => engine.close());

    test("goes some hours after a command has read it when it was to go", async () => {
      engine = await startBtrfsEngine({
        config: { schedule: { enabled: true } },
        host: { clock: { now: () => Date.now() + ahead } },
      });
      const project_id = engine.addProject();
      await engine.backup(project_id);
      await engine.backups.tick();
      const base = engine.backups.tools.store.bases.get(project_id);
      const owned = String(base?.path);
      const left = join(dirname(owned), randomUUID());
      mkdirSync(left);
      engine.subvolume(
        ...["snapshot", "-r", join(owned, "project"), join(left, "project")],
      );
      await engine.backups.tick();
      expect(existsSync(left)).toBe(true);
      ahead = 7 * hourMs;
      await engine.backups.tick();
      expect(existsSync(left)).toBe(false);
      expect(existsSync(join(owned, "project"))).toBe(true);
    });
  },
);
