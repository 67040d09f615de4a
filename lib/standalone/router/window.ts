/** Counts in a window of time: so many are let through, then a block. */

export interface WindowLimit {
  limit: number;
  windowMs: number;
  blockMs: number;
}

export class Window {
  #count = 0;
  #endsAt = Number.NEGATIVE_INFINITY;
  #blockedUntil = Number.NEGATIVE_INFINITY;

  constructor(readonly limit: WindowLimit) {}

  /** Milliseconds to wait; 0: it was let through. */
  hit(now: number, amount = 1): number {
    const blocked = this.blockedFor(now);
    if (blocked > 0) return blocked;
    if (now >= this.#endsAt) {
      this.#count = 0;
      this.#endsAt = now + this.limit.windowMs;
    }
    this.#count += amount;
    if (this.#count <= this.limit.limit) return 0;
    this.#blockedUntil = now + this.limit.blockMs;
    this.#endsAt = this.#blockedUntil;
    return this.limit.blockMs;
  }

  blockedFor(now: number): number {
    return Math.max(0, Math.ceil(this.#blockedUntil - now));
  }

  isOver(now: number): boolean {
    return now >= this.#endsAt;
  }
}

/**
 * A window a key. Windows outlive the connections that filled them, or a
 * reconnect would evade the limit; those that are over are dropped.
 */
export class Windows {
  readonly #windows = new Map<string, Window>();
  #sweepAt = Number.NEGATIVE_INFINITY;

  constructor(readonly limit: WindowLimit) {}

  hit(key: string, now: number, amount = 1): number {
    this.#sweep(now);
    const window = this.#windows.get(key) ?? new Window(this.limit);
    this.#windows.set(key, window);
    return window.hit(now, amount);
  }

  blockedFor(key: string, now: number): number {
    return this.#windows.get(key)?.blockedFor(now) ?? 0;
  }

  get size(): number {
    return this.#windows.size;
  }

  #sweep(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + this.limit.windowMs;
    for (const [key, window] of this.#windows) {
      if (window.isOver(now)) this.#windows.delete(key);
    }
  }
}
