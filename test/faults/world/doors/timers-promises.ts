/** `node:timers/promises`, in the world's time. */

import { currentContext } from "../actor.js";

export function setTimeout<T>(
  ms = 1,
  value?: T,
  { signal }: { signal?: AbortSignal } = {},
): Promise<T | undefined> {
  const context = currentContext();
  const { timers } = context.actor.world;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal));
    const onAbort = () => {
      timers.remove(timer);
      reject(aborted(signal));
    };
    const timer = timers.add(context, ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve(value);
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function aborted(signal: AbortSignal | undefined): Error {
  const error = new Error("The operation was aborted", {
    cause: signal?.reason,
  });
  return Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
}

export function setImmediate(): Promise<void> {
  const context = currentContext();
  return context.actor.world.schedule(context, () => undefined);
}
