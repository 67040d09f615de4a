/** `rustic check` of a whole repository. */

import type { BackupError } from "../../../conat-api/index.js";
import { withoutPlaces } from "../log.js";
import type { RusticCommand, RusticOutput } from "../rustic.js";

export interface CheckInput {
  /** Reads the packs as well: one part of so many, all in 1 of 1. */
  subset?: { part: number; of: number } | undefined;
}

export interface CheckResult {
  /** What is wrong: the first ones, a line each. None: all is well. */
  errors: string[];
}

const errorsKept = 20;

export function checkAllCommand({
  subset,
}: CheckInput): RusticCommand<CheckResult> {
  return {
    action: "check the repository",
    args: [
      "check",
      ...(subset
        ? ["--read-data", "--read-data-subset", `${subset.part}/${subset.of}`]
        : []),
    ],
    answers: foundErrors,
    parse: (output) => {
      const errors = errorsOf(output);
      return errors && { errors: errors.slice(0, errorsKept).map(inOneLine) };
    },
  };
}

/** What went wrong, of many lines about why and where. */
function inOneLine(text: string): string {
  const [line = ""] = text.split("\n");
  const what = line.replace(/ ?: `rustic_core` experienced .*$/, "");
  const [, message] = /^Message:\n(.+)$/m.exec(text) ?? [];
  return withoutPlaces(message ? `${what}: ${message}` : what);
}

/** Of one that damage has ended: its sentence, and what rustic says of it. */
export function findingsOf({ summary, details = "" }: BackupError): string[] {
  const said = [...details.matchAll(/^Message:\n(.+)$/gm)]
    .map(([, words = ""]) => withoutPlaces(words))
    .join(": ");
  return said ? [summary, said] : [summary];
}

/** Words of a check that fails by what it found, whatever that was. */
export const foundErrors = /^check found errors!$/m;

/** undefined: it did not look to the end. */
export function errorsOf({
  records,
  exitCode,
}: RusticOutput): string[] | undefined {
  const all = records.filter(({ level }) => level === "ERROR");
  if (exitCode !== 0 && all.length === 0) return undefined;
  return all.map(({ text }) => text).filter((text) => !isOrphan.test(text));
}

/**
 * A pack that no index file named when a prune marked it: of a backup that
 * was cut off, or that ran. Its size with no content is what rustic misses;
 * nobody needs it, and a later prune deletes it.
 */
const isOrphan =
  /^pack [0-9a-f]+ marked to delete: true: size computed by index: 36,/;
