/** Those who wait until somebody subscribes to a subject. */

import { matches, type Tokens } from "./subject.js";

export type WaitResult = "subscribed" | "timeout" | "gone";

export interface Wait {
  done: Promise<WaitResult>;
  end(result: WaitResult): void;
}

export class Waiting {
  readonly #waits = new Set<{ subject: Tokens; wait: Wait }>();

  get size(): number {
    return this.#waits.size;
  }

  start(subject: Tokens, ms: number): Wait {
    let finish: (result: WaitResult) => void = () => {};
    const done = new Promise<WaitResult>((resolve) => {
      finish = resolve;
    });
    const timer = setTimeout(() => wait.end("timeout"), ms);
    const wait: Wait = {
      done,
      end: (result) => {
        clearTimeout(timer);
        this.#waits.delete(entry);
        finish(result);
      },
    };
    const entry = { subject, wait };
    this.#waits.add(entry);
    return wait;
  }

  subscribed(pattern: Tokens): void {
    for (const { subject, wait } of this.#waits) {
      if (matches(pattern, subject)) wait.end("subscribed");
    }
  }
}
