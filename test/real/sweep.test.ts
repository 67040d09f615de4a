/** The sweep: all projects of a host asked at once, and nothing missed. */

import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { noticeChanges, settleUnchanged } from "../../lib/jobs/unchanged.js";
import { identifyProcess } from "../../lib/process-identity.js";
import { type BtrfsEngine, startBtrfsEngine } from "../support/btrfs-engine.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

describeReal(
  "the sweep of a btrfs host",
  { needs: ["root", "btrfs", "rustic"] },
  () => {
    let engine: BtrfsEngine;
    afterEach(() => engine.close());

    const sweep = (ids = engine.projects) =>
      settleUnchanged(ids, engine.backups.tools, {});
    const notes = (id: string) => join(engine.projectDir(id), "notes.txt");

    async function start(count: number): Promise<void> {
      engine = await startBtrfsEngine();
      for (let made = 0; made < count; made++) {
        await engine.backup(engine.addProject());
      }
    }

    /** One project, with a persist store that is a subvolume elsewhere. */
    async function startWithStore() {
      engine = await startBtrfsEngine();
      const storeOf = (id: string) => join(engine.image.path, `persist-${id}`);
      const project_id = engine.addProject(storeOf);
      const store = storeOf(project_id);
      engine.subvolume("create", store);
      return { project_id, store };
    }

    test("settles those that have not changed, with a row each, and no others", async () => {
      await start(3);
      const [changed = "", ...others] = engine.projects;
      appendFileSync(notes(changed), "more");
      expect([...(await sweep())].toSorted()).toEqual(others.toSorted());
      for (const project_id of others) {
        const { jobs } = await engine.local("jobs", { project_id });
        expect(jobs).toMatchObject([
          {
            ...{ state: "succeeded", unchanged: true, trigger: "scheduled" },
            ...{ backup_id: jobs[1]?.backup_id, bytes_added: null },
          },
          { unchanged: false },
        ]);
      }
    });

    test("leaves to a job what has no base, is busy or was forgotten", async () => {
      await start(2);
      const [busy = "", forgotten = ""] = engine.projects;
      const bare = engine.addProject();
      const { backups } = await engine.local("list", { project_id: forgotten });
      const backup_id = String(backups[0]?.backup_id);
      await engine.local("forget", { project_id: forgotten, backup_id });
      const { store } = engine.backups.tools;
      const { job_id } = store.jobs.askRestore({
        ...{ project_id: busy, trigger: "manual", requested_by: "local" },
        ...{ repository_id: null, target: { type: "in_place" } },
        ...{ now: Date.now(), backup_id },
      });
      // It runs as long as nobody settles it.
      const owner = identifyProcess(process.pid);
      store.jobs.claim({ owner, cap: 1, now: Date.now(), only: job_id });
      expect(await sweep([busy, forgotten, bare])).toEqual(new Set());
      store.jobs.settle(job_id, { state: "cancelled", now: Date.now() });
    });

    test("asks again after a restore has put another tree in the place", async () => {
      await start(1);
      const [project_id = ""] = engine.projects;
      const { backups } = await engine.local("list", { project_id });
      const { job } = await engine.local("restore", {
        ...{ project_id, backup_id: String(backups[0]?.backup_id) },
        target: { type: "in_place" },
      });
      expect(await engine.ended(job)).toMatchObject({ state: "succeeded" });
      expect(await sweep()).toEqual(new Set());
      const after = await engine.backup(project_id);
      expect(after.state).toBe("succeeded");
      expect(await sweep()).toEqual(new Set([project_id]));
    });

    test("asks a persist store that is a subvolume as it asks the project", async () => {
      const { project_id, store } = await startWithStore();
      const database = join(store, "sync.db");
      writeFileSync(database, "one");
      await engine.backup(project_id);
      expect(await sweep()).toEqual(new Set([project_id]));
      writeFileSync(database, "two");
      expect(await sweep()).toEqual(new Set());
    });

    test("misses no write to a persist store in which a file has lost its name", async () => {
      const { project_id, store } = await startWithStore();
      const path = join(store, "log");
      const open = openSync(path, "w");
      writeSync(open, "rotated");
      unlinkSync(path);
      writeFileSync(join(store, "sync.db"), "one");
      await engine.backup(project_id);
      // btrfs lets go of it in the snapshot, which raises its generation.
      execFileSync("sync");
      writeFileSync(join(store, "sync.db"), "two");
      expect(await sweep()).toEqual(new Set());
      closeSync(open);
    });

    test("misses none of 100 writes that race backups and sweeps", async () => {
      await start(1);
      const [project_id = ""] = engine.projects;
      let written = 0;
      let said = 0;
      let lost = 0;
      for (let round = 0; round < 100; round++) {
        // A write somewhere in between: before, beside or after the sweep.
        const write = async () => {
          await new Promise((resolve) => setTimeout(resolve, round % 7));
          written += 1;
          writeFileSync(notes(project_id), `${written}\n`);
        };
        const before = written;
        const [settled] = await Promise.all([
          sweep(),
          round % 3 === 0 ? Promise.resolve() : write(),
        ]);
        if (settled.has(project_id)) {
          said += 1;
          // It holds all that was there when the sweep began.
          if (inBase(project_id) < before) lost += 1;
        }
        if (round % 5 === 0) await engine.backup(project_id);
      }
      expect(lost).toBe(0);
      expect(said).toBeGreaterThan(5);
    });

    const inBase = (project_id: string): number => {
      const base = engine.backups.tools.store.bases.get(project_id);
      const path = join(String(base?.path), "project", "notes.txt");
      return Number.parseInt(readFileSync(path, "utf8"), 10) || 0;
    };

    test("takes nothing for changed, nor for unchanged, where the file system does not answer", async () => {
      await start(1);
      const [project_id = ""] = engine.projects;
      const { tools } = engine.backups;
      const list = () => Promise.reject(new Error("no answer"));
      const deaf = { ...tools, btrfs: { ...tools.btrfs, list } };
      await noticeChanges(Date.now(), deaf, {});
      const row = tools.store.projects.get(project_id);
      expect(row?.unprotected_since ?? null).toBeNull();
      const settled = await settleUnchanged([project_id], deaf, {});
      expect([...settled]).toEqual([]);
    });

    test("takes what was excluded until now for not yet protected", async () => {
      await start(2);
      const [project_id = "", other = ""] = engine.projects;
      const { tools } = engine.backups;
      const since = () => tools.store.projects.get(project_id);
      const { policy } = await engine.local("get_policy", { project_id });
      await engine.local("set_policy", {
        project_id,
        policy: { ...policy, excludes: ["/data/"] },
      });
      await noticeChanges(Date.now(), tools, {});
      expect(since()?.unprotected_since).toEqual(expect.any(Number));
      expect(tools.store.projects.get(other)?.unprotected_since ?? null).toBe(
        null,
      );
    });

    test("tells how much is not yet protected, a moment later", async () => {
      await start(1);
      const [project_id = ""] = engine.projects;
      const status = () => engine.local("status", { project_id });
      expect((await status()).unprotected).toBeNull();
      mkdirSync(join(engine.projectDir(project_id), "new"));
      writeFileSync(join(engine.projectDir(project_id), "new", "file"), "x");
      appendFileSync(notes(project_id), "more");
      execFileSync("sync");
      const { store } = engine.backups.tools;
      const since = Date.now();
      store.projects.notice([{ project_id, since }]);
      await until(async () => {
        const { unprotected } = await status();
        return unprotected?.counted_at != null;
      });
      expect((await status()).unprotected).toMatchObject({
        ...{ since, changes: 3, more: false },
      });
      await engine.backup(project_id);
      expect((await status()).unprotected).toBeNull();
    });
  },
);
