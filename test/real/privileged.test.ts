import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mountBtrfs } from "../support/btrfs-image.js";
import { rsyncDiff } from "../support/compare.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { tempDir } from "../support/temp.js";
import { describeReal, toolPath } from "../support/tools.js";

const needs = ["root", "btrfs", "rustic", "mount", "unshare", "rsync"] as const;

describeReal("a host with a prefix for what needs root", { needs }, () => {
  let engine: TestEngine;
  let disk: Awaited<ReturnType<typeof mountBtrfs>>;
  /** Commands that ran behind the prefix, a line each. */
  const log = join(tempDir("prefix"), "log");

  beforeAll(async () => {
    disk = await mountBtrfs();
    const prefix = join(tempDir("prefix"), "prefix");
    const script = `#!/bin/sh\necho "$*" >>'${log}'\nexec "$@"\n`;
    writeFileSync(prefix, script, { mode: 0o755 });
    engine = await startTestEngine({ host: { privileged: [prefix] } });
  });
  afterAll(async () => {
    await engine.close();
    await disk.unmount();
  });

  const subvolume = (id: string) => {
    const path = join(disk.path, id);
    execFileSync(toolPath("btrfs"), ["-q", "subvolume", "create", path]);
    mkdirSync(join(path, "deep"));
    writeFileSync(join(path, "deep", "notes.txt"), "on btrfs");
    engine.paths.set(id, { subvolume: path });
    return path;
  };

  test.each(["live", "btrfs"])(
    "backs a %s project up and restores it to a directory",
    async (kind) => {
      const id = engine.projects[0] as string;
      const path = kind === "btrfs" ? subvolume(id) : engine.projectDir(id);
      const backup = await engine.backup(id);
      expect(backup).toMatchObject({ source: kind, warnings: [] });
      const target = join(engine.root, "restored", kind);
      const { backup_id } = backup;
      const { job } = await engine.local("restore", {
        project_id: id,
        backup_id,
        target: { type: "directory", path: target },
      });
      expect(await engine.ended(job)).toMatchObject({ state: "succeeded" });
      const restored = join(target, "project");
      expect(await rsyncDiff(path, restored, { contents: true })).toEqual([]);
      expect(readFileSync(log, "utf8")).toContain(` backup . --host ${id} `);
    },
  );
});
