/** Virtual time: two clocks, and the timers that wait for them. */

import type { Context } from "./actor.js";

export interface Timer {
  at: number;
  order: number;
  context: Context;
  everyMs: number | undefined;
  fire: () => void;
}

export interface Clocks {
  /** Milliseconds since the machine was switched on. */
  monotonicMs: number;
  /** What the wall clock is ahead of that. */
  wallOffsetMs: number;
  /** Since when it was ahead by what, before it was set. */
  jumps: { untilMs: number; offsetMs: number }[];
}

export class Timers {
  private readonly waiting = new Set<Timer>();
  private order = 0;

  constructor(readonly clocks: Clocks) {}

  wall(): number {
    return Math.round(this.clocks.monotonicMs + this.clocks.wallOffsetMs);
  }

  /** Somebody sets the wall clock, or the machine sleeps. */
  jump(ms: number): void {
    const { clocks } = this;
    const { monotonicMs: untilMs, wallOffsetMs: offsetMs } = clocks;
    clocks.jumps.push({ untilMs, offsetMs });
    clocks.wallOffsetMs += ms;
  }

  add(
    context: Context,
    delayMs: number,
    fire: () => void,
    repeats = false,
  ): Timer {
    // As Node does: at least a millisecond.
    const delay = Math.max(1, Number.isFinite(delayMs) ? delayMs : 1);
    const timer = {
      at: this.clocks.monotonicMs + delay,
      order: (this.order += 1),
      context,
      everyMs: repeats ? delay : undefined,
      fire,
    };
    this.waiting.add(timer);
    return timer;
  }

  remove(timer: Timer): void {
    this.waiting.delete(timer);
  }

  /** Without those of dead actors. */
  next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.waiting) {
      if (!timer.context.actor.alive) this.waiting.delete(timer);
      else if (first === undefined || isBefore(timer, first)) first = timer;
    }
    return first;
  }

  /** Moves the clock to a timer and takes it off, or sets it again. */
  reach(timer: Timer): void {
    this.clocks.monotonicMs = Math.max(this.clocks.monotonicMs, timer.at);
    if (timer.everyMs === undefined) this.waiting.delete(timer);
    else {
      timer.at = this.clocks.monotonicMs + timer.everyMs;
      timer.order = this.order += 1;
    }
  }
}

/**
 * The first monotonic instant at which the wall clock showed this: one that
 * was set back shows it again.
 */
export function firstInstantOf(wall: number, clocks: Clocks): number {
  const { jumps, wallOffsetMs, monotonicMs } = clocks;
  const epochs = [...jumps, { untilMs: monotonicMs, offsetMs: wallOffsetMs }];
  let sinceMs = 0;
  for (const { untilMs, offsetMs } of epochs) {
    const at = wall - offsetMs;
    if (at >= sinceMs - 1 && at <= untilMs + 1) return at;
    sinceMs = untilMs;
  }
  return -Infinity;
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
