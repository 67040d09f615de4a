/** Recovery as long as the engine runs: at its start, and again and again. */

import { setTimeout as sleep } from "node:timers/promises";
import type { JobRow } from "../store/index.js";
import type { Tools } from "../tasks/task.js";
import { type Deaths, watchOwners } from "./deaths.js";
import { settleOrphans } from "./doubt.js";
import { recover } from "./recovery.js";
import type { Refresher } from "./refresh.js";
import { sweep } from "./sweep.js";

export interface Recovery {
  /**
   * The first one; where a backup died while it was written it waits a
   * moment for the repository's answer, and no longer.
   *
   * @throws what `recover` throws; later ones only log it.
   */
  begin(): Promise<void>;
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
  let now: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** One at a time. */
  const track = (round: Promise<void>) => {
    now = round
      .catch((error: unknown) => {
        tools.host.logger.error("dead jobs could not be looked for", {
          error: String(error),
        });
      })
      .finally(() => {
        now = undefined;
      });
    return now;
  };
  const ask = (orphans: readonly JobRow[]) =>
    settleOrphans(orphans, refresher, tools, signal);
  const readDoubts = createDoubtReader(tools, refresher);
  const again = async () => {
    await ask(await recover(tools, deaths));
    if (!signal.aborted) await readDoubts();
  };

  return {
    async begin() {
      const asking = ask(await recover(tools, deaths));
      track(asking.then(() => (sweeps ? sweep(tools, signal) : undefined)));
      timer = setInterval(() => now ?? void track(again()), everyMs).unref();
      await waitFor(
        asking.catch(() => {}),
        patienceMs,
      );
    },
    async close() {
      clearInterval(timer);
      closing.abort();
      await now;
    },
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
    await refresher.refresh();
  };
}

async function waitFor(work: Promise<void>, atMostMs: number): Promise<void> {
  const done = new AbortController();
  const patience = sleep(atMostMs, undefined, { signal: done.signal });
  await Promise.race([work, patience]);
  patience.catch(() => {});
  done.abort();
}
