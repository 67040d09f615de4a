/** What was forgotten leaves the repository, and until then can come back. */

import { setTimeout as sleep } from "node:timers/promises";
import { isTerminal } from "../../conat-api/index.js";
import type { RepositoryJobRow } from "../../lib/store/index.js";
import { change } from "../support/change.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { reopened } from "../support/reopened.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { describeReal } from "../support/tools.js";
import { makeUnrulyRustic } from "../support/unruly-rustic.js";
import { until } from "../support/until.js";

const late = { code: "CONFLICT" };

describeReal("a forgotten backup", { needs: ["rustic"] }, () => {
  let engine: TestEngine;
  let asked: { project_id: string; backup_id: string };

  afterEach(() => engine.close());

  /** Of two backups the older one, whose time is over. */
  async function start(rustic: string): Promise<void> {
    engine = await startTestEngine({
      config: {
        commands: { rustic },
        retention: { unforget_days: 0.00001 },
      },
    });
    const project_id = engine.projects[0] as string;
    const { backup_id } = await engine.backup(project_id);
    change(engine.projectDir(project_id));
    await engine.backup(project_id);
    asked = { project_id, backup_id };
    await engine.local("forget", asked);
    engine.backups.tools.store.projects.see([project_id], Date.now());
    await sleep(1000);
  }

  const known = () => String(engine.backups.tools.repositories.knownId());
  const find = () =>
    engine.backups.tools.store.backups.find(known(), asked.backup_id);

  function ask(): RepositoryJobRow {
    const { row } = engine.backups.tools.store.jobs.askRepository({
      ...{ repository_id: known(), kind: "forget", now: Date.now() },
      ...{ trigger: "manual", requested_by: "local" },
    });
    engine.backups.runOnly(row.job_id);
    return row;
  }

  async function ended({ job_id }: RepositoryJobRow) {
    const { jobs } = engine.backups.tools.store;
    const row = () => jobs.get(job_id) as RepositoryJobRow;
    await until(() => isTerminal(row().state), 60_000);
    return row();
  }

  test("comes back no more once its removal has begun, nor after that was ended", async () => {
    const rustic = makeSlowRustic();
    await start(rustic.path);
    rustic.hold("forget");
    const begun = rustic.begun("forget");
    ask();
    await begun;
    const refused = async () => {
      await expect(engine.local("unforget", asked)).rejects.toMatchObject(late);
      const pin = { ...asked, name: "kept", pinned: true };
      await expect(engine.local("update", pin)).rejects.toMatchObject(late);
    };
    await refused();
    await engine.close();
    engine = await reopened(engine);
    await refused();
    rustic.release();
    expect(await ended(ask())).toMatchObject({ state: "succeeded" });
    expect(find()).toBeUndefined();
    const repository = await engine.backups.tools.repositories.open();
    expect(await repository.ids()).not.toContain(asked.backup_id);
  });

  test("comes back where its removal failed, and it is there", async () => {
    const rustic = makeUnrulyRustic();
    await start(rustic.path);
    rustic.behave("exit 1", "forget");
    expect(await ended(ask())).toMatchObject({ state: "failed" });
    const { backup } = await engine.local("unforget", asked);
    expect(backup).toMatchObject({ forgotten_at: null });
    rustic.tame();
    const after = await ended(ask());
    expect(JSON.parse(String(after.figures))).toEqual({ forgotten: 0 });
    expect(find()).toMatchObject({ forgotten_at: null });
  });

  test("is off the list where rustic says that it failed, and it is gone", async () => {
    const rustic = makeUnrulyRustic();
    await start(rustic.path);
    rustic.behave('real "$@"; exit 1', "forget");
    await ended(ask());
    rustic.tame();
    expect(find()).toBeUndefined();
    await expect(engine.local("unforget", asked)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
