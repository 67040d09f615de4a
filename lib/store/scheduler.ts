/** When the scheduler last looked, so that a downtime shows. */

import type { Database } from "./database.js";

export function storingScheduler(database: Database) {
  const get = database.prepare(
    "SELECT ticked_at, resumed_at FROM scheduler WHERE only_row = 1",
  );
  const put = database.prepare(`
    INSERT INTO scheduler (only_row, ticked_at, resumed_at)
    VALUES (1, @now, @resumed_at)
    ON CONFLICT (only_row) DO UPDATE
      SET ticked_at = @now, resumed_at = @resumed_at`);

  const tick = database.transaction((now: number, gapMs: number) => {
    const before = get.get() as Ticks | undefined;
    const stood = before !== undefined && now - before.ticked_at > gapMs;
    const resumed_at = stood ? now : (before?.resumed_at ?? null);
    put.run({ now, resumed_at });
    return { ticked_at: before?.ticked_at ?? null, resumed_at };
  });

  return {
    /**
     * Notes that it looks now. `ticked_at`: when it did before;
     * `resumed_at`: when it last came back after more than `gapMs`.
     */
    tick: (now: number, gapMs: number) => tick.immediate(now, gapMs),
  };
}

interface Ticks {
  ticked_at: number;
  resumed_at: number | null;
}
