/**
 * Starts a runner a little faster: with the code that an earlier one had
 * compiled. A thousand real kills ask for a thousand new processes.
 */

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire, wrap } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

const directory = dirname(process.argv[1] ?? "");
const bundle = join(directory, "faults.cjs");
const cache = join(directory, "faults.cache");

const script = new Script(wrap(readFileSync(bundle, "utf8")), {
  filename: bundle,
  ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
});
process.argv[1] = bundle;
const load = script.runInThisContext() as (...args: unknown[]) => void;
const made = { exports: {} };
load.call(made, made.exports, createRequire(bundle), made, bundle, directory);

/** By then most of what a world needs has run once. */
const enoughRuns = 4;
let runs = 0;
process.on("message", () => {
  runs += 1;
  if (runs !== enoughRuns || existsSync(cache)) return;
  const temporary = `${cache}.${process.pid}`;
  writeFileSync(temporary, script.createCachedData());
  renameSync(temporary, cache);
});
