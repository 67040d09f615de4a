/** What the fault engine is asked to do; anything else is refused. */

import { parseArgs } from "node:util";

const usage = `usage: npm run test:faults -- [--kills N] [--seed S] [--expect INVARIANT]
       npm run test:faults -- --replay SEED[:STEPS]`;

export interface Arguments {
  kills: number;
  seed: string;
  replay?: string | undefined;
  expect?: string | undefined;
  runner?: boolean | undefined;
}

/** @throws Refused */
export function readArguments(args: readonly string[]): Arguments {
  const { kills, ...values } = parsed(args);
  if (!/^[1-9]\d{0,8}$/.test(kills)) {
    throw new Refused(`--kills ${kills}: not a number of at least 1.`);
  }
  if (!/^[\w.-]+$/.test(values.seed)) {
    throw new Refused(`--seed ${values.seed}: not a plain word.`);
  }
  const { replay } = values;
  if (replay !== undefined && !replayPattern.test(replay)) {
    throw new Refused(`--replay ${replay}: not as a run prints it.`);
  }
  return { ...values, kills: Number(kills) };
}

const replayPattern = /^[\w.-]+(?:\+\w+x\d+)?(?::(?:\d+(?:,\d+)*)?)?$/;

export class Refused extends Error {
  constructor(why: string) {
    super(`${why}\n${usage}`);
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        kills: { type: "string", default: "1000" },
        seed: { type: "string", default: Date.now().toString(36) },
        replay: { type: "string" },
        expect: { type: "string" },
        runner: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new Refused((error as Error).message);
  }
}
