/** What a subscription heard, to be read one by one. */

import type { ConatDelivery } from "../conat.js";
import type { Headers } from "./errors.js";
import type { Received } from "./subscriptions.js";

export interface Delivery extends ConatDelivery {
  headers?: Headers;
}

/** A reader that is further behind loses the oldest. */
const mostWaiting = 1000;
const mostWaitingBytes = 64 * 2 ** 20;

export class Deliveries {
  readonly #waiting: Received[] = [];
  #bytes = 0;
  #sleepers: (() => void)[] = [];
  #ended = false;

  push(received: Received): void {
    if (this.#ended) return;
    this.#waiting.push(received);
    this.#bytes += received.bytes;
    while (
      this.#waiting.length > mostWaiting ||
      (this.#bytes > mostWaitingBytes && this.#waiting.length > 1)
    ) {
      this.#next();
    }
    this.#wakeAll();
  }

  /** What waits is not read any more. */
  end(): void {
    this.#ended = true;
    this.#waiting.length = 0;
    this.#wakeAll();
  }

  async *read(): AsyncGenerator<Delivery, void> {
    while (!this.#ended) {
      const received = this.#next();
      if (!received) await this.#sleep();
      const delivery = received && deliveryOf(received);
      if (delivery) yield delivery;
    }
  }

  #next(): Received | undefined {
    const received = this.#waiting.shift();
    this.#bytes -= received?.bytes ?? 0;
    return received;
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.push(resolve);
    });
  }

  #wakeAll(): void {
    const sleepers = this.#sleepers;
    this.#sleepers = [];
    for (const wake of sleepers) wake();
  }
}

/** Bytes that nobody can decode are nothing to hear of. */
function deliveryOf(received: Received): Delivery | undefined {
  const { subject, headers } = received;
  try {
    const data = received.decode();
    return { subject, data, ...(headers ? { headers } : {}) };
  } catch {
    return undefined;
  }
}
