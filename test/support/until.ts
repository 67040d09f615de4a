import { setTimeout as sleep } from "node:timers/promises";

/** Resolves when the condition holds; throws when it never does. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const started = performance.now();
  while (!(await condition())) {
    if (performance.now() - started > withinMs) {
      throw new Error(`not within ${withinMs} ms: ${condition.toString()}`);
    }
    await sleep(10);
  }
}
