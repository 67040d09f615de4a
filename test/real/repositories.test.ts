import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Kit } from "../../lib/repository/kit.js";
import { rsyncDiff } from "../support/compare.js";
import { describeReal } from "../support/tools.js";
import {
  fillProject,
  type Host,
  readableByOthers,
  startHost,
} from "./hosts.js";
import { type Storage, storages } from "./storages.js";

const needs = [
  "root",
  "mount",
  "unshare",
  "rustic",
  "rsync",
  "setfattr",
  "rclone",
  "versitygw",
  "fake-gcs-server",
] as const;

describeReal("a project", { needs }, () => {
  let storage: Storage;
  let a: Host;
  let b: Host;

  afterEach(async () => {
    await a.close();
    await b.close();
    await storage.stop();
  });

  test.each(Object.keys(storages))(
    "backed up on one host is restored on another (%s)",
    async (kind) => {
      storage = await (storages[kind] as () => Promise<Storage>)();
      a = await startHost(storage.repository, { projects: 1 });
      b = await startHost(storage.repository);
      const [project_id = ""] = a.projects;
      const source = a.projectDir(project_id);
      fillProject(source);

      const first = await a.backup(project_id);
      writeFileSync(join(source, "notes.txt"), "other notes\n");
      const second = await a.backup(project_id);
      expect(first.warnings).toEqual([]);
      expect(second.warnings).toEqual([]);
      expect(first.bytes_added).toBeGreaterThan(3_000_000);
      expect(second.bytes_added).toBeLessThan(100_000);

      const kit = a.backups.tools.repositories.kit() as Kit;
      await b.backups.tools.repositories.importKit(kit);
      const target = b.projectDir(project_id);
      b.paths.set(project_id, { subvolume: target });
      await b.backups.refresh();
      const { backups } = await b.local("list", { project_id });
      expect(backups.map(({ backup_id }) => backup_id)).toEqual([
        second.backup_id,
        first.backup_id,
      ]);

      const path = join(b.restored, "tree");
      await restore(b, project_id, second.backup_id, {
        type: "directory",
        path,
      });
      const restored = join(path, "project");
      expect(await rsyncDiff(source, restored, { contents: true })).toEqual([]);

      await restore(b, project_id, second.backup_id, { type: "in_place" });
      expect(await rsyncDiff(source, target, { contents: true })).toEqual([]);

      for (const { host } of [a, b]) {
        expect(statSync(host.dataDir).mode & 0o777).toBe(0o700);
        expect(readableByOthers(host.dataDir)).toEqual([]);
      }
    },
  );
});

async function restore(
  host: Host,
  project_id: string,
  backup_id: string,
  target: { type: "in_place" } | { type: "directory"; path: string },
): Promise<void> {
  const input = { project_id, backup_id, target };
  const { job } = await host.local("restore", input);
  expect(await host.ended(job)).toMatchObject({
    state: "succeeded",
    error_message: null,
    warnings: [],
  });
}
