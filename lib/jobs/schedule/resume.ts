/** When the scheduler was away, and what its clock went through; pure. */

import { dayMs } from "../zone.js";

export interface SchedulerState extends SetBack {
  /** The newest tick. */
  ticked_at: number;
  /** When it came back after a gap; null: it never was away. */
  resumed_at: number | null;
  /** How long that gap was. */
  away_ms: number;
}

export interface SetBack {
  /** When the clock was set back; null: not lately. */
  set_back_at: number | null;
  /** By so much, less what it was set forward by since. */
  set_back_ms: number;
}

/**
 * Ten times the minute between two ticks: a host that is merely slow has no
 * gap. A clock that jumps forward by more looks like one, and is treated as
 * one: what it skipped is spread.
 */
const gapMs = 10 * 60_000;

/**
 * before: undefined: the first tick there ever was; nothing was missed.
 * elapsedMs: since then by a clock that nobody sets; undefined: nobody knows.
 */
export function afterTick(
  before: SchedulerState | undefined,
  now: number,
  elapsedMs?: number,
): SchedulerState {
  if (!before) {
    return { ticked_at: now, ...neverAway, ...neverSet };
  }
  const ticked = { ticked_at: now, ...afterStep(before, now, elapsedMs) };
  const away_ms = now - before.ticked_at;
  if (away_ms > gapMs) return { ...ticked, resumed_at: now, away_ms };
  // A clock that was set back: nothing resumes in the future.
  if (before.resumed_at === null || before.resumed_at > now) {
    return { ...ticked, ...neverAway };
  }
  return { ...before, ...ticked };
}

const neverAway = { resumed_at: null, away_ms: 0 };
const neverSet: SetBack = { set_back_at: null, set_back_ms: 0 };

/** Longer than any daily backup is waited for. */
const rememberedMs = 2 * dayMs;
/** What was off by more is mended, not broken. */
const mostMs = dayMs / 2;

/** A machine that slept looks as if its clock had been set forward. */
function afterStep(
  { ticked_at, set_back_at, set_back_ms }: SchedulerState,
  now: number,
  elapsedMs = now - ticked_at,
): SetBack {
  const isOver = set_back_at === null || now - set_back_at > rememberedMs;
  const known = isOver ? 0 : set_back_ms;
  const step = now - ticked_at - elapsedMs;
  const isStep = Math.abs(step) > gapMs;
  const left = isStep ? Math.max(0, known - step) : known;
  if (left === 0 || left > mostMs) return neverSet;
  const since = isStep && step < 0 ? now : Math.min(set_back_at ?? now, now);
  return { set_back_at: since, set_back_ms: left };
}
