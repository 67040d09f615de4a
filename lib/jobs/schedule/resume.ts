/** When the scheduler was away, and since when it is back; pure. */

export interface SchedulerState {
  /** The newest tick. */
  ticked_at: number;
  /** When it came back after a gap; null: it never was away. */
  resumed_at: number | null;
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
  if (!before) return { ticked_at: now, resumed_at: null };
  const { ticked_at, resumed_at } = before;
  if (now - ticked_at > gapMs) return { ticked_at: now, resumed_at: now };
  // A clock that was set back: nothing resumes in the future.
  const known = resumed_at !== null && resumed_at <= now ? resumed_at : null;
  return { ticked_at: now, resumed_at: known };
}
