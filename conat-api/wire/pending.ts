/** Promises that others settle by a key, each with its time limit. */

import { timedOut } from "./errors.js";

/** Longer ones would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export class Pending<T> {
  readonly #entries = new Map<unknown, Entry<T>>();

  /** @throws ConatError 408 when nobody settled it in time. */
  wait(key: unknown, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const limit = Math.min(Math.max(timeoutMs, 0), longestTimerMs);
      const timer = setTimeout(() => this.fail(key, timedOut()), limit);
      this.#entries.set(key, { resolve, reject, timer });
    });
  }

  settle(key: unknown, value: T): void {
    this.#take(key)?.resolve(value);
  }

  fail(key: unknown, error: unknown): void {
    this.#take(key)?.reject(error);
  }

  settleAll(value: T): void {
    for (const key of [...this.#entries.keys()]) this.settle(key, value);
  }

  failAll(error: unknown): void {
    for (const key of [...this.#entries.keys()]) this.fail(key, error);
  }

  #take(key: unknown): Entry<T> | undefined {
    const entry = this.#entries.get(key);
    clearTimeout(entry?.timer);
    this.#entries.delete(key);
    return entry;
  }
}

interface Entry<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
  timer: ReturnType<typeof setTimeout>;
}

/** How much is left of a time, at each call. */
export function countdown(timeoutMs: number): () => number {
  const start = performance.now();
  return () => Math.max(0, timeoutMs - (performance.now() - start));
}
