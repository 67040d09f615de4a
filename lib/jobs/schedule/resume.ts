/** When the scheduler was away, and since when it is back; pure. */

export interface SchedulerState {
  /** The newest tick. */
  ticked_at: number;
  /** When it came back after a gap; null: it never was away. */
  resumed_at: number | null;
  /** How long that gap was. */
  away_ms: number;
}

/**
 * Ten times the minute between two ticks: a host that is merely slow has no
 * gap. A clock that jumps forward by more looks like one, and is treated as
 * one: what it skipped is spread.
 */
const gapMs = 10 * 60_000;

/** undefined: the first tick there ever was; nothing was missed. */
export function afterTick(
  before: SchedulerState | undefined,
  now: number,
): SchedulerState {
  if (!before) return { ticked_at: now, resumed_at: null, away_ms: 0 };
  const away_ms = now - before.ticked_at;
  if (away_ms > gapMs) return { ticked_at: now, resumed_at: now, away_ms };
  // A clock that was set back: nothing resumes in the future.
  if (before.resumed_at === null || before.resumed_at > now) {
    return { ticked_at: now, resumed_at: null, away_ms: 0 };
  }
  return { ...before, ticked_at: now };
}
