import { processesOf } from "./processes.js";
import { tempRoot } from "./temp.js";
import { until } from "./until.js";

/** Pids of real rustics of this test file that run with these words. */
export function rusticsOf(...words: string[]): number[] {
  const isIt = (command: string) =>
    /^\S*\/rustic /.test(command) &&
    words.every((word) => ` ${command} `.includes(` ${word} `));
  return processesOf(tempRoot())
    .filter(({ command }) => isIt(command))
    .map(({ pid }) => pid);
}

/** The first of them, as soon as it is there. */
export async function runningRustic(...words: string[]): Promise<number> {
  let found: number | undefined;
  await until(() => (found = rusticsOf(...words)[0]) !== undefined);
  return found as number;
}
