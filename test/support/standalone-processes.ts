/** Several processes that use one data directory at the same moment. */

import { bundleProgram, startProgram } from "./program.js";

/** What each of them printed; see programs/use-accounts.ts. */
export async function useAccountsAtOnce(
  commands: readonly (readonly string[])[],
): Promise<unknown[]> {
  const file = bundleProgram("use-accounts");
  const programs = commands.map((args) => startProgram(file, args));
  for (const program of programs) await program.line();
  for (const program of programs) program.send("go");
  const printed = await Promise.all(programs.map((program) => program.line()));
  await Promise.all(programs.map((program) => program.end()));
  return printed.map((line): unknown => JSON.parse(line));
}
