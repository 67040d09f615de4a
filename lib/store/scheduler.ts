/** When the scheduler last looked, so that a downtime shows. */

import type { Database } from "./database.js";

export interface Ticks {
  ticked_at: number;
  /** When it came back after it had stood still; null: it never did. */
  resumed_at: number | null;
  /** For how long it had. */
  away_ms: number;
  /** The machine's own clock at the newest look; null: it has none. */
  boot_id: string | null;
  uptime_ms: number | null;
  /** When the host's clock was last set; null: not lately. */
  set_at: number | null;
  /** By how much it was set back, all in all; below 0: forward. */
  set_back_ms: number;
}

/** A night's sleep is none, nor a weekend at a desk. */
const leapMs = 3 * 24 * 3600 * 1000;

export function storingScheduler(database: Database) {
  const get = database.prepare(
    `SELECT ticked_at, boot_id, uptime_ms, resumed_at, away_ms, set_at,
       set_back_ms
     FROM scheduler WHERE only_row = 1`,
  );
  const put = database.prepare(`
    INSERT INTO scheduler (only_row, ticked_at, boot_id, uptime_ms,
      resumed_at, away_ms, set_at, set_back_ms)
    VALUES (1, @ticked_at, @boot_id, @uptime_ms,
      @resumed_at, @away_ms, @set_at, @set_back_ms)
    ON CONFLICT (only_row) DO UPDATE
      SET ticked_at = @ticked_at, boot_id = @boot_id, uptime_ms = @uptime_ms,
        resumed_at = @resumed_at, away_ms = @away_ms, set_at = @set_at,
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
