/** When the scheduler was away, and what its clock went through; pure. */

import type { MachineClock } from "../../machine-clock.js";
import { dayMs } from "../zone.js";

export interface SchedulerState extends SetBack {
  /** The newest tick. */
  ticked_at: number;
  /** The machine's own clock at that tick; null: it has none. */
  boot_id: string | null;
  uptime_ms: number | null;
  /** When it came back after a gap; null: it never was away. */
  resumed_at: number | null;
  /** How long that gap was. */
  away_ms: number;
}

export interface SetBack {
  /** When the host's clock was last set; null: not lately. */
  set_at: number | null;
  /** By how much it was set back, all in all; below 0: forward. */
  set_back_ms: number;
}

/**
 * Ten times the minute between two ticks: a host that is merely slow has no
 * gap. A clock that jumps forward by more looks like one, and is treated as
 * one: what it skipped is spread.
 */
const gapMs = 10 * 60_000;

/** `before`: undefined: the first tick there ever was; nothing was missed. */
export function afterTick(
  before: SchedulerState | undefined,
  now: number,
  machine?: MachineClock,
): SchedulerState {
  const { boot_id = null, uptime_ms = null } = machine ?? {};
  const ticked = { ticked_at: now, boot_id, uptime_ms };
  if (!before) return { ...ticked, ...neverAway, ...neverSet };
  const set = afterStep(before, now, machine);
  const away_ms = now - before.ticked_at;
  if (away_ms > gapMs) return { ...ticked, ...set, resumed_at: now, away_ms };
  // A clock that was set back: nothing resumes in the future.
  if (before.resumed_at === null || before.resumed_at > now) {
    return { ...ticked, ...set, ...neverAway };
  }
  return { ...before, ...ticked, ...set };
}

const neverAway = { resumed_at: null, away_ms: 0 };
const neverSet: SetBack = { set_at: null, set_back_ms: 0 };

/** Longer than any daily backup is waited for. */
const rememberedMs = 2 * dayMs;
/** What was off by more is mended, not broken. */
const mostMs = dayMs / 2;

function afterStep(
  before: SchedulerState,
  now: number,
  machine: MachineClock | undefined,
): SetBack {
  const { set_at, set_back_ms } = before;
  const isOver = set_at === null || now - set_at > rememberedMs;
  const known = isOver ? 0 : set_back_ms;
  const passed = now - before.ticked_at;
  const elapsed = elapsedMs(before, machine);
  // Where nobody knows, the clock may have been set forward by all of it: a
  // machine that boots with a wrong one is soon set right.
  const back = elapsed === undefined ? -passed : elapsed - passed;
  const isStep = Math.abs(back) > gapMs;
  const sum = isStep ? known + back : known;
  if (Math.abs(sum) < gapMs || sum > mostMs) return neverSet;
  const at = isStep ? now : Math.min(set_at ?? now, now);
  return { set_at: at, set_back_ms: sum };
}

/** Since the last tick; undefined: the machine was off, or has no clock. */
function elapsedMs(
  { boot_id, uptime_ms }: SchedulerState,
  machine: MachineClock | undefined,
): number | undefined {
  const isKnown = machine && uptime_ms !== null && boot_id === machine.boot_id;
  return isKnown ? machine.uptime_ms - uptime_ms : undefined;
}
