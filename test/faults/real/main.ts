/** `--real N [--seed S]`: N SIGKILLs of a real host and its real rustic. */

import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { missing } from "../../support/tools.js";
import { createChance } from "./chance.js";
import { serveEngine } from "./engine.js";
import { createReport } from "./report.js";
import { runKills } from "./run.js";

const [role, ...rest] = process.argv.slice(2);
const work = role === "--engine" ? serveEngine(rest) : main();
work.catch((error: unknown) => {
  const text = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      real: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
    },
  });
  const { seed } = values;
  const kills = Number(values.real);
  if (!Number.isInteger(kills) || kills < 1) {
    throw new Error("usage: --real KILLS [--seed SEED]");
  }
  const lacking = missing(["rustic", "btrfs"]);
  if (lacking.length > 0) throw new Error(`missing: ${lacking.join(", ")}`);
  const report = createReport(seed);
  await withRoot(() => runKills(kills, createChance(seed), report));
  process.exitCode = report.end();
}

/** The place of all files; a test that starts us has one already. */
async function withRoot(action: () => Promise<void>): Promise<void> {
  if (process.env["PB_TEST_ROOT"]) return action();
  const root = mkdtempSync(join(tmpdir(), "pb-faults-"));
  process.env["PB_TEST_ROOT"] = root;
  await action();
  rmdirSync(root);
}
