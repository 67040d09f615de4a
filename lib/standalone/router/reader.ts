/** Reading from a websocket, which stops while there is a reason to. */

export interface Reader {
  hold(reason: string): void;
  /** Goes on when no other reason is left. */
  release(reason: string): void;
  holdFor(reason: string, ms: number): void;
  close(): void;
}

export interface Pausable {
  pause(): void;
  resume(): void;
}

export function createReader(websocket: Pausable): Reader {
  const reasons = new Set<string>();
  const timers = new Map<string, NodeJS.Timeout>();

  const reader: Reader = {
    hold(reason) {
      if (reasons.size === 0) websocket.pause();
      reasons.add(reason);
    },
    release(reason) {
      clearTimeout(timers.get(reason));
      timers.delete(reason);
      if (reasons.delete(reason) && reasons.size === 0) websocket.resume();
    },
    holdFor(reason, ms) {
      if (timers.has(reason)) return;
      reader.hold(reason);
      timers.set(
        reason,
        setTimeout(() => reader.release(reason), ms),
      );
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
  return reader;
}
