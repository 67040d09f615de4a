/** Looking through a repository that others use meanwhile. */

import type { BackupError } from "../../conat-api/index.js";
import {
  checkAllCommand,
  type CheckInput,
  type CheckResult,
  findingsOf,
} from "./commands/check.js";
import { asDamage } from "./failure.js";
import type { CallOptions, RusticCommand } from "./rustic.js";

const looks = 3;

/**
 * A backup that ends while rustic looks reads as an error to it: one look in
 * ten, where backups followed each other. What is wrong is wrong each time; one
 * look without errors proves that nothing is.
 */
export async function check(
  call: <T>(command: RusticCommand<T>, options?: CallOptions) => Promise<T>,
  input: CheckInput,
  options: CallOptions | undefined,
): Promise<CheckResult> {
  let found: CheckResult = { errors: [] };
  for (let look = 0; look < looks; look++) {
    found = await call(checkAllCommand(input), options).catch(asFindings);
    if (found.errors.length === 0) break;
  }
  return found;
}

/** It ends at an index or backup that it cannot read: that is what it found. */
function asFindings(error: BackupError): CheckResult {
  const damage = asDamage(error);
  if (damage.code !== "REPOSITORY_DAMAGED") throw error;
  return { errors: findingsOf(damage) };
}
