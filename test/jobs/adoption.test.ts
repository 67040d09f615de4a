import { randomUUID } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../../conat-api/index.js";
import type { ProjectBackups } from "../../lib/index.js";
import { settleOrphans } from "../../lib/jobs/doubt.js";
import { recover } from "../../lib/jobs/recovery.js";
import { createRefresher } from "../../lib/jobs/refresh.js";
import type { AnyJobRow, JobRow } from "../../lib/store/index.js";
import { change } from "../support/change.js";
import {
  type EngineProcess,
  makeSharedHost,
  type SharedHost,
} from "../support/engine-processes.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import { makeUnrulyRustic } from "../support/unruly-rustic.js";
import { until } from "../support/until.js";

const rustic = makeUnrulyRustic();
const done = join(tempDir("rustic"), "done");
afterEach(() => {
  rustic.tame();
  rmSync(done, { force: true });
});

/** The backup is in the repository, and its rustic does not end. */
const lingers = `real "$@"; : >'${done}'; while :; do sleep 0.05; done`;
/** What rustic says when the reply to its last request is lost. */
const losesItsReply = `real "$@" >/dev/null
echo '[ERROR] error backing up .: There was an error within the backend' >&2
echo 'Caused by: error sending request for url (http://127.0.0.1/snapshots/)' >&2
exit 1`;
/** Another project's backup under the tag of this job. */
const forges = (project_id: string) => `last=
for given in "$@"; do
  shift
  [ "$last" = --host ] && given='${project_id}'
  set -- "$@" "$given"
  last=$given
done
real "$@" >/dev/null
exit 1`;
const failsAtOnce = "echo 'error: of no known kind' >&2; exit 1";

const config = { commands: { rustic: rustic.path } };

async function stored(
  { repositories }: ProjectBackups["tools"],
  { job_id }: Pick<Job, "job_id">,
) {
  const repository = await repositories.open();
  const { backups } = await repository.read(await repository.ids());
  return backups.filter((backup) => backup.job_id === job_id);
}

describeReal(
  "a backup whose host died after it was stored",
  {
    needs: ["rustic"],
  },
  () => {
    let host: SharedHost;
    let engine: ProjectBackups | undefined;
    let job: Job;
    beforeEach(async () => {
      host = makeSharedHost({ config });
      const process = await host.spawn();
      job = await storedBackup(process);
      await process.kill();
      rustic.tame();
    });
    afterEach(() => engine?.close({ drainMs: 0 }));

    async function storedBackup(process: EngineProcess): Promise<Job> {
      const project_id = host.projects[0] as string;
      await process.call("start", { project_id });
      const first = async () =>
        (await process.call("jobs", { project_id })).jobs[0]?.state;
      while ((await first()) !== "succeeded");
      change(host.projectDir(project_id));
      rustic.behave(lingers);
      const asked = await process.call("start", { project_id });
      await until(() => existsSync(done));
      return asked.job;
    }

    const row = () => engine?.tools.store.jobs.get(job.job_id) as JobRow;

    test("is found by its tag: succeeded, with what the repository says of it", async () => {
      engine = await host.start();
      await until(() => row().state === "succeeded" && row().stage === null);
      const [backup, ...more] = await stored(engine.tools, job);
      expect(more).toEqual([]);
      expect(row()).toMatchObject({
        backup_id: backup?.backup_id,
        bytes_processed: backup?.size_bytes,
        files: 1,
        error_code: null,
        warnings_count: 1,
        stage: null,
        group_pid: null,
      });
      const { jobs } = await engine.handlers(
        "jobs",
        { type: "local" },
        { project_id: job.project_id },
      );
      expect(jobs.filter(({ retry_of }) => retry_of === job.job_id)).toEqual(
        [],
      );
    });

    test("is in the list with who asked for it", async () => {
      engine = await host.start();
      await until(() => row().state === "succeeded");
      const { project_id } = job;
      const call = engine.handlers("list", { type: "local" }, { project_id });
      const [newest] = (await call).backups;
      expect(newest).toMatchObject({
        backup_id: row().backup_id,
        trigger: "manual",
        requested_by: job.requested_by,
      });
    });

    test("waits for its truth while a host closes before it was told", async () => {
      rustic.behave("sleep 60", "list");
      engine = await host.start({ work: false });
      expect(row().state).toBe("running");
      await engine.close({ drainMs: 0 });
      rustic.tame();
      engine = await host.start({ work: false });
      await until(() => row().state === "succeeded");
    });

    test("stays in doubt until the row says that it succeeded", async () => {
      rustic.behave("sleep 60", "list");
      engine = await host.start({ work: false });
      rustic.tame();
      const { tools } = engine;
      const refresher = createRefresher(tools);
      const { signal } = new AbortController();
      const ask = async () =>
        settleOrphans(await recover(tools), refresher, tools, signal);
      const { settle } = tools.store.jobs;
      tools.store.jobs.settle = () => {
        throw new Error("killed here");
      };
      await expect(ask()).rejects.toThrow("killed here");
      tools.store.jobs.settle = settle;
      expect(row()).toMatchObject({ state: "running", in_doubt: 1 });
      await ask();
      expect(row()).toMatchObject({ state: "succeeded", in_doubt: 0 });
    });

    test("failed while the repository is away, and succeeded once it is read", async () => {
      const path = host.repository;
      renameSync(path, `${path}.away`);
      engine = await host.start({ work: false });
      await until(() => row().state === "failed");
      expect(row()).toMatchObject({ error_code: "INTERRUPTED", in_doubt: 1 });
      const { jobs } = await engine.handlers(
        "jobs",
        { type: "local" },
        { project_id: job.project_id },
      );
      expect(jobs[0]).toMatchObject({ retry_of: job.job_id, state: "pending" });

      renameSync(`${path}.away`, path);
      // A reading of its own may have begun while it was away.
      const { refresh } = engine;
      const read = () =>
        refresh()
          .then(() => true)
          .catch(() => false);
      await until(read);

      const [backup] = await stored(engine.tools, job);
      expect(row()).toMatchObject({
        state: "succeeded",
        backup_id: backup?.backup_id,
        error_code: null,
        error_message: null,
        in_doubt: 0,
      });
    });
  },
);

describeReal(
  "a backup that rustic does not vouch for",
  {
    needs: ["rustic"],
  },
  () => {
    let engine: TestEngine;
    let project_id: string;
    beforeEach(async () => {
      engine = await startTestEngine({ config });
      project_id = engine.projects[0] as string;
      await engine.backup(project_id);
      change(engine.projectDir(project_id));
    });
    afterEach(() => engine.close());

    const start = async () => (await engine.local("start", { project_id })).job;

    test("succeeded when the repository has it: the reply was lost", async () => {
      rustic.behave(losesItsReply);
      const job = await engine.ended(await start());
      const [backup, ...more] = await stored(engine.backups.tools, job);
      expect(more).toEqual([]);
      expect(job).toMatchObject({
        state: "succeeded",
        backup_id: backup?.backup_id,
        warnings_count: 1,
      });
    });

    test("failed when it has not, and nothing is left in doubt", async () => {
      rustic.behave(failsAtOnce);
      const job = await engine.ended(await start());
      expect(job.error_code).toBe("COMMAND_FAILED");
      const { store } = engine.backups.tools;
      expect(store.jobs.get(job.job_id)?.in_doubt).toBe(0);
    });

    test("succeeded when the host closes after it was stored", async () => {
      rustic.behave(lingers);
      const { job_id } = await start();
      await until(() => existsSync(done));
      const { tools } = engine.backups;
      let ended: AnyJobRow | undefined;
      const { settle } = tools.store.jobs;
      tools.store.jobs.settle = (...args) => (ended = settle(...args));
      await engine.close({ drainMs: 0 });
      expect(ended).toMatchObject({ job_id, state: "succeeded", in_doubt: 0 });
    });

    test("is not called cancelled when the host closes and nobody answers", async () => {
      rustic.behave(`${lingers}\n;; *" list "*) sleep 60`);
      const { job_id } = await start();
      await until(() => existsSync(done));
      let ended: AnyJobRow | undefined;
      const { jobs } = engine.backups.tools.store;
      const { settle } = jobs;
      jobs.settle = (...args) => (ended = settle(...args));
      await engine.close({ drainMs: 0 });
      expect(ended).toMatchObject({
        ...{ job_id, state: "failed", error_code: "INTERRUPTED", in_doubt: 1 },
      });
    }, 30_000);

    test("is not believed to be another project's: a tag can be forged", async () => {
      rustic.behave(forges(randomUUID()));
      const job = await engine.ended(await start());
      expect(job.state).toBe("failed");
      const [forged] = await stored(engine.backups.tools, job);
      expect(forged?.project_id).not.toBe(project_id);
      await engine.backups.refresh();
      const { store } = engine.backups.tools;
      expect(store.jobs.get(job.job_id)?.state).toBe("failed");
    });
  },
);
