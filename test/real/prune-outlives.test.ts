/** A prune that lives on when its host is killed. */

import { isTerminal } from "../../conat-api/index.js";
import { recover } from "../../lib/jobs/recovery.js";
import type { ProjectBackups } from "../../lib/index.js";
import { makeSharedHost } from "../support/engine-processes.js";
import { isRunning } from "../support/processes.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

describeReal("a prune without a tether", { needs: ["rustic"] }, () => {
  let engine: ProjectBackups;

  afterEach(() => engine.close({ drainMs: 0 }));

  // Between the start of a command and the note of its group a host can die.
  test.each(["noted", "not noted"])(
    "is ended before its row is, its group %s",
    async (noted) => {
      const rustic = makeSlowRustic({ outlives: true });
      const host = makeSharedHost({
        config: {
          commands: { rustic: rustic.path },
          maintenance: { maintainer: "host-1" },
        },
      });
      engine = await host.start({ work: false });
      const { store, repositories } = engine.tools;
      await repositories.open();
      const ask = () =>
        store.jobs.askRepository({
          repository_id: String(repositories.knownId()),
          ...{ kind: "prune", trigger: "manual", requested_by: "local" },
          now: Date.now(),
        }).row;
      rustic.hold("prune");
      const killed = await host.spawn();
      const { job_id } = ask();
      await rustic.begun("prune");
      const group = () => store.jobs.get(job_id)?.group_pid ?? 0;
      await until(() => group() > 0);
      const pid = group();
      await killed.kill();
      expect(isRunning(pid)).toBe(true);
      if (noted === "not noted") store.jobs.note(job_id, { group: null });

      await recover(engine.tools);
      expect(isRunning(pid)).toBe(false);
      expect(store.jobs.get(job_id)).toMatchObject({
        ...{ state: "failed", error_code: "INTERRUPTED" },
      });

      rustic.release();
      const next = await host.spawn();
      const again = ask();
      const state = () => store.jobs.get(again.job_id)?.state ?? "pending";
      await until(() => isTerminal(state()), 60_000);
      expect(state()).toBe("succeeded");
      await next.end();
    },
  );
});
