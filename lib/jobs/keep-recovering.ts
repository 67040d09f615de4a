/** Recovery as long as the engine runs: at its start, and again and again. */

import type { JobRow } from "../store/index.js";
import type { Tools } from "../tasks/task.js";
import { type Deaths, watchOwners } from "./deaths.js";
import { settleOrphans } from "./doubt.js";
import { forAMoment } from "./for-a-moment.js";
import { recoverRows, removeAbandoned } from "./recovery.js";
import type { Refresher } from "./refresh.js";
import { sweep } from "./sweep.js";
import { sweepBases } from "./sweep-bases.js";

export interface Recovery {
  /**
   * The first one; where a backup died while it was written it waits a
   * moment for the repository's answer, and no longer.
   *
   * @throws what `recover` throws; later ones only log it.
   */
  begin(): Promise<void>;
  /** Settles no more: what a closing host cannot ask is no truth. */
  stop(): void;
  close(): Promise<void>;
}

export interface RecoveryNeeds {
  tools: Tools;
  refresher: Refresher;
  deaths?: Deaths;
  /** At its begin it removes what no row owns. */
  sweeps?: boolean;
  everyMs?: number;
}

const patienceMs = 2_000;
/** A repository that is away is not asked for doubtful backups all the time. */
const doubtsEveryMs = 60_000;

export function createRecovery({
  tools,
  refresher,
  deaths = watchOwners(),
  sweeps = false,
  everyMs = 15_000,
}: RecoveryNeeds): Recovery {
  const closing = new AbortController();
  const { signal } = closing;
  // A closing host waits a moment: most stages are gone by then.
  const removal = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  // Each of its own: neither a repository that hangs nor a stage of many
  // files holds up the others.
  const settling = oneAtATime(tools, "dead jobs could not be looked for");
  const asking = oneAtATime(tools, "dead backups could not be settled");
  const removing = oneAtATime(tools, "dead jobs' stages could not be removed");
  const sweeping = oneAtATime(tools, "what no job owns could not be removed");
  const readDoubts = createDoubtReader(tools, refresher);

  const ask = (orphans: readonly JobRow[]) =>
    asking.run(async () => {
      await settleOrphans(orphans, refresher, tools, signal);
      if (!signal.aborted) await readDoubts();
    });
  /** Of orphans too, once they have their answer. */
  const remove = (answered: Promise<void>) =>
    removing.run(async () => {
      await removeAbandoned(tools, removal.signal);
      await answered;
      await removeAbandoned(tools, removal.signal);
    });
  const sweepOnce = (answered: Promise<void>) =>
    sweeping.run(async () => {
      await sweep(tools, signal);
      // A job that still runs in its row keeps what may become a base.
      await answered;
      await sweepBases(tools, signal);
    });
  const again = () =>
    settling.run(async () => {
      void remove(ask(await recoverRows(tools, deaths)));
    });

  const stop = () => {
    clearInterval(timer);
    closing.abort();
  };

  return {
    stop,
    async begin() {
      const answered = ask(await recoverRows(tools, deaths));
      void remove(answered);
      if (sweeps) void sweepOnce(answered);
      timer = setInterval(again, everyMs).unref();
      await forAMoment(answered, patienceMs);
    },
    async close() {
      stop();
      const giveUp = setTimeout(() => removal.abort(), patienceMs);
      await settling.idle();
      await Promise.all([asking, removing, sweeping].map(({ idle }) => idle()));
      clearTimeout(giveUp);
    },
  };
}

/** What goes wrong is logged; while one runs, others are left out. */
function oneAtATime({ host }: Tools, failed: string) {
  let now: Promise<void> | undefined;
  return {
    run(action: () => Promise<void>): Promise<void> {
      now ??= action()
        .catch((error: unknown) => {
          host.logger.error(failed, { error: String(error) });
        })
        .finally(() => {
          now = undefined;
        });
      return now;
    },
    idle: () => now ?? Promise.resolve(),
  };
}

/** Reads the repository now and then while something is in doubt. */
function createDoubtReader(
  { store, repositories }: Tools,
  refresher: Refresher,
): () => Promise<void> {
  let last = -Infinity;
  return async () => {
    const repository_id = repositories.knownId();
    if (!repository_id || performance.now() - last < doubtsEveryMs) return;
    if (store.jobs.inDoubt(repository_id).length === 0) return;
    last = performance.now();
    await refresher.refresh().catch(() => {});
  };
}
