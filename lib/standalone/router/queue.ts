/**
 * The events of one connection, one after the other. It takes turns with all
 * others: between two of its events the event loop goes round.
 */

import { nextTurn } from "./turn.js";

export interface Queue {
  push(bytes: number, run: () => Promise<void>): void;
  close(): void;
}

export interface QueueOptions {
  maxEvents: number;
  maxBytes: number;
  /** Called when it has become too long, and when it is short again. */
  onLong(isLong: boolean): void;
}

interface Waiting {
  bytes: number;
  run: () => Promise<void>;
}

/** `run` does not reject. */
export function createQueue(options: QueueOptions): Queue {
  const { maxEvents, maxBytes, onLong } = options;
  let waiting: Waiting[] = [];
  let bytes = 0;
  let isRunning = false;
  let isLong = false;

  const note = () => {
    const now = waiting.length > maxEvents || bytes > maxBytes;
    if (now !== isLong) onLong((isLong = now));
  };
  const runAll = async () => {
    isRunning = true;
    for (let next = waiting[0]; next; next = waiting[0]) {
      await next.run();
      waiting.shift();
      bytes -= next.bytes;
      note();
      if (waiting.length > 0) await nextTurn();
    }
    isRunning = false;
  };
  return {
    push(size, run) {
      waiting.push({ bytes: size, run });
      bytes += size;
      note();
      if (!isRunning) void runAll();
    },
    close() {
      waiting = [];
    },
  };
}
