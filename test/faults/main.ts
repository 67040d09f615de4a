/** The fault engine's command line; scripts/faults.mjs bundles and runs it. */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeGround } from "./ground.js";
import { runModel } from "./model.js";
import { parseReplay } from "./plan.js";
import { printViolations, say } from "./report.js";
import { begin } from "./run.js";
import { serve } from "./runner.js";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: Date.now().toString(36) },
    replay: { type: "string" },
    expect: { type: "string" },
    runner: { type: "boolean" },
  },
});

async function replay(text: string): Promise<number> {
  const world = join(makeGround(), "world");
  const report = await begin(parseReplay(text), world, say);
  printViolations(report);
  return report.violations.length > 0 ? 1 : 0;
}

async function main(): Promise<void> {
  const { kills, seed, expect } = values;
  process.exitCode =
    values.replay === undefined
      ? await runModel({ kills: Number(kills), seed, expect })
      : await replay(values.replay);
}

if (values.runner) serve();
else void main();
