/** When the scheduler last looked, so that a downtime shows. */

import type { Database } from "./database.js";

export interface Ticks {
  ticked_at: number;
  /** When it came back after it had stood still; null: it never did. */
  resumed_at: number | null;
  /** For how long it had. */
  away_ms: number;
  /** When its clock was set back; null: not lately. */
  set_back_at: number | null;
  /** By how much. */
  set_back_ms: number;
}

/** A night's sleep is none, nor a weekend at a desk. */
const leapMs = 3 * 24 * 3600 * 1000;

export function storingScheduler(database: Database) {
  const get = database.prepare(
    `SELECT ticked_at, resumed_at, away_ms, set_back_at, set_back_ms
     FROM scheduler WHERE only_row = 1`,
  );
  const put = database.prepare(`
    INSERT INTO scheduler (only_row, ticked_at, resumed_at, away_ms,
      set_back_at, set_back_ms)
    VALUES (1, @ticked_at, @resumed_at, @away_ms, @set_back_at, @set_back_ms)
    ON CONFLICT (only_row) DO UPDATE
      SET ticked_at = @ticked_at, resumed_at = @resumed_at,
        away_ms = @away_ms, set_back_at = @set_back_at,
        set_back_ms = @set_back_ms,
        leapt_at = iif(@ticked_at - ticked_at > ${leapMs}, @ticked_at, leapt_at)`);
  const leap = database
    .prepare(
      `SELECT iif(@now - ticked_at > ${leapMs}, @now, leapt_at)
       FROM scheduler WHERE only_row = 1`,
    )
    .pluck();
  return {
    get: () => get.get() as Ticks | undefined,
    /**
     * The newest leap of the clock, or absence that looks like one, whether
     * the scheduler has noticed it or not; null: none.
     */
    leaptAt: (now: number) => (leap.get({ now }) ?? null) as number | null,
    put: (ticks: Ticks) => void put.run({ ...ticks }),
  };
}
