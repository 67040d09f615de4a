import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** One process that should take its time. */
export type Paced = {
  pid: number;
  /** How much it has to read in all. */
  bytes: number;
};

/**
 * Lets each process that `find` names read no faster than its `bytes` in
 * `durationMs`, whatever the machine: who is ahead is stopped for a while.
 */
export function paced(
  durationMs: number,
  find: () => readonly Paced[],
): { end(): Promise<void> } {
  const begun = new Map<number, number>();
  const ending = new AbortController();
  const isAhead = ({ pid, bytes }: Paced) => {
    const now = performance.now();
    const since = now - (begun.get(pid) ?? now);
    if (!begun.has(pid)) begun.set(pid, now);
    return bytesRead(pid) / bytes > since / durationMs;
  };
  const step = () => {
    for (const one of find()) {
      signal(one.pid, isAhead(one) ? "SIGSTOP" : "SIGCONT");
    }
  };
  const run = async () => {
    while (!ending.signal.aborted) {
      step();
      await sleep(10);
    }
    for (const { pid } of find()) signal(pid, "SIGCONT");
  };
  const ended = run();
  return {
    async end() {
      ending.abort();
      await ended;
    },
  };
}

function bytesRead(pid: number): number {
  try {
    const io = readFileSync(`/proc/${pid}/io`, "utf8");
    return Number(/^rchar: (\d+)$/m.exec(io)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as { code?: string }).code !== "ESRCH") throw error;
  }
}
