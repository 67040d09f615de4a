/** The policy of projects that have none of their own, as a host configures it. */

import { z } from "zod";
import {
  BackupError,
  defaultPolicy,
  ManualRetention,
  Policy,
  Retention,
  Schedule,
} from "../conat-api/index.js";
import { isEmptyRetention } from "./jobs/retention/empty.js";
import { checkSchedule } from "./jobs/schedule/check.js";

/** What a host does not say stays as everywhere, each number by itself. */
export const HostPolicy = z.strictObject({
  enabled: Policy.shape.enabled.default(defaultPolicy.enabled),
  schedule: Schedule.default(defaultPolicy.schedule),
  keep: Retention.partial()
    .default({})
    .transform((keep) => ({ ...defaultPolicy.keep, ...given(keep) }))
    .refine(
      (keep) => !isEmptyRetention({ keep }),
      "one of the numbers must be above zero, or projects would be left without backups",
    ),
  keep_manual: ManualRetention.partial()
    .default({})
    .transform((keep) => ({ ...defaultPolicy.keep_manual, ...given(keep) })),
  excludes: Policy.shape.excludes.default(defaultPolicy.excludes),
});

/** @throws BackupError INVALID_ARGUMENT that names the key. */
export function checkHostPolicy({ schedule }: Policy): void {
  try {
    checkSchedule(schedule);
  } catch (cause) {
    const { message } = cause as BackupError;
    throw new BackupError(
      "INVALID_ARGUMENT",
      `Configuration, policy.${message}`,
      { cause },
    );
  }
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without what is there and undefined, which would hide a default. */
function given<T extends object>(facts: T): Given<T> {
  const said = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as Given<T>;
}
