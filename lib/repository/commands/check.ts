/** `rustic check` of a whole repository. */

import type { RusticCommand } from "../rustic.js";

export interface CheckInput {
  /** Reads the packs as well: one part of so many, all in 1 of 1. */
  subset?: { part: number; of: number } | undefined;
}

export interface CheckResult {
  /** What is wrong, in rustic's words: the first ones. None: all is well. */
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
    answers: /^check found errors!$/m,
    parse({ records, exitCode }) {
      const errors = records.filter(({ level }) => level === "ERROR");
      if (exitCode !== 0 && errors.length === 0) return undefined;
      return { errors: errors.slice(0, errorsKept).map(({ text }) => text) };
    },
  };
}
