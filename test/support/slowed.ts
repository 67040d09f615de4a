import { setTimeout as sleep } from "node:timers/promises";
import { processesOf } from "./processes.js";
import { tempRoot } from "./temp.js";

/**
 * Lets programs whose command line has these words in this order run for a
 * tenth of the time only, so that what they do can be watched; until `end`.
 */
export function slowed(...words: string[]): { end(): Promise<void> } {
  const pattern = new RegExp(words.join("\\b.*\\b"));
  const find = () =>
    processesOf(tempRoot())
      .filter(({ command }) => pattern.test(command))
      .map(({ pid }) => pid);
  const ending = new AbortController();
  const run = async () => {
    while (!ending.signal.aborted) {
      const pids = find();
      signal(pids, "SIGSTOP");
      await sleep(90);
      signal(pids, "SIGCONT");
      await sleep(10);
    }
  };
  const ended = run();
  return {
    async end() {
      ending.abort();
      await ended;
    },
  };
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as { code?: string }).code !== "ESRCH") throw error;
    }
  }
}
