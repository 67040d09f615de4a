/**
 * Runs rounds one at a time: when asked, but not more often than each
 * `gapMs`; else after the delay that the last round gave.
 */

import { patienceMs } from "./patience.js";

export interface PacerOptions {
  /** Never rejects; resolves to the delay of the next one, ms. */
  round: () => Promise<number>;
  /** A round took longer than `patienceMs` and is waited for no more. */
  hung: () => number;
  gapMs?: number;
}

export interface Pacer {
  soon(): void;
  /** The present round is waited for no more: its answer may be lost. */
  restart(): void;
  close(): void;
}

export function createPacer({ round, hung, gapMs = 500 }: PacerOptions): Pacer {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let startedAt = -Infinity;
  let running: object | undefined;
  let again = false;
  let closed = false;

  function schedule(delayMs: number, next: () => void): void {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(next, delayMs);
  }

  function run(): void {
    const self = {};
    running = self;
    again = false;
    startedAt = Date.now();
    const end = (delayMs: number) => {
      if (running !== self) return;
      running = undefined;
      schedule(again ? untilFree() : delayMs, run);
    };
    schedule(patienceMs, () => {
      // Whoever wants more of a silent host has to wait too.
      again = false;
      end(hung());
    });
    void round().then(end);
  }

  const untilFree = () => Math.max(0, startedAt + gapMs - Date.now());

  return {
    soon() {
      again = true;
      if (!running) schedule(untilFree(), run);
    },
    restart() {
      running = undefined;
      schedule(untilFree(), run);
    },
    close() {
      closed = true;
      running = undefined;
      clearTimeout(timer);
    },
  };
}
