/** Starting a stand-in program: what every world that runs them shares. */

import { basename } from "node:path";
import { programs } from "./index.js";
import type { ProgramCall } from "./program.js";

/** What a world gives to a program; running another one is the same in all. */
export type Start = Omit<ProgramCall, "exec">;

/** By its name, wherever it is said to lie. */
export function hasProgram(file: string): boolean {
  return Object.hasOwn(programs, basename(file));
}

/**
 * Resolves with the exit code. A program that is not there is the start's
 * failure, not the program's: ask `hasProgram` first.
 */
export async function startProgram(
  file: string,
  start: Start,
): Promise<number> {
  const program = programs[basename(file)];
  if (!program) {
    start.err(`failed to execute ${file}: No such file or directory\n`);
    return 127;
  }
  return program({
    ...start,
    exec: (next, args, env = start.env) =>
      startProgram(next, { ...start, args, env }),
  });
}
