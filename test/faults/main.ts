/** The fault engine's command line; scripts/faults.mjs bundles and runs it. */

import { join } from "node:path";
import { type Arguments, readArguments, Refused } from "./arguments.js";
import { makeGround } from "./ground.js";
import { runModel } from "./model.js";
import { parseReplay } from "./plan.js";
import { printViolations, say } from "./report.js";
import { begin } from "./run.js";
import { serve } from "./runner.js";

async function replay(text: string): Promise<number> {
  const world = join(makeGround(), "world");
  const report = await begin(parseReplay(text), world, say);
  printViolations(report);
  return report.violations.length > 0 ? 1 : 0;
}

function main(): Promise<number> | undefined {
  const given = readOrRefuse();
  if (given === undefined) return Promise.resolve(2);
  if (given.runner) return void serve();
  return given.replay === undefined ? runModel(given) : replay(given.replay);
}

function readOrRefuse(): Arguments | undefined {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}

void main()?.then((code) => (process.exitCode = code));
