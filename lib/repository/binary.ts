/** Which rustic: the first candidate that runs and is new enough. */

import { BackupError } from "../../conat-api/index.js";
import { run } from "../exec.js";

const oldest = [0, 11, 4] as const;

/** @throws BackupError COMMAND_MISSING that says what was found instead. */
export async function findRustic(
  candidates: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const found: string[] = [];
  for (const candidate of candidates) {
    const version = await versionOf(candidate, env);
    if (version && isNewEnough(version)) return candidate;
    if (version) found.push(`${candidate} is ${version.join(".")}`);
  }
  throw new BackupError(
    "COMMAND_MISSING",
    `rustic ${oldest.join(".")} or newer is not on this host${found.length ? ` (${found.join(", ")})` : ""}.`,
    { hint: "Install it, or run: npm run setup" },
  );
}

async function versionOf(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<number[] | undefined> {
  try {
    const { stdout } = await run({ file, args: ["--version"], env });
    const match = /^rustic (\d+)\.(\d+)\.(\d+)/.exec(stdout);
    return match?.slice(1).map(Number);
  } catch (error) {
    if ((error as BackupError).code === "COMMAND_MISSING") return undefined;
    throw error;
  }
}

function isNewEnough(version: readonly number[]): boolean {
  for (const [index, least] of oldest.entries()) {
    const part = version[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
