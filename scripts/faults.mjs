import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "./build.mjs";
import { bundleBench, bundleFaults } from "./lib/bundle.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { packages } from "./lib/packages.mjs";
import { root, scratchDir } from "./lib/paths.mjs";
import { plantedBugs, withBug } from "./lib/planted-bugs.mjs";
import { say } from "./lib/progress.mjs";
import { show } from "./lib/run.mjs";
import { sourceDirs } from "./lib/sources.mjs";
import { setup } from "./setup.mjs";

const faults = join(root, "test", "faults");
const USAGE = `usage: npm run test:faults -- [--kills N] [--seed S] [--root DIR]
       npm run test:faults -- --replay SEED[:STEPS]
       npm run test:faults -- --bugs [NAME]
       npm run test:faults -- --real N [--seed S]`;

/** Kill the host at every point, and hold what is left to the invariants. */
export async function testFaults(args) {
  const { from, rest } = withoutRoot(args);
  if (rest.includes("--help")) throw new Failure(USAGE);
  await packages();
  const directory = join(scratchDir(), `faults-${process.pid}`);
  await mkdir(directory, { recursive: true });
  try {
    if (rest[0] === "--real") return await real(directory, rest);
    if (rest[0] === "--bugs") return await bugs(directory, rest.slice(1));
    return await model(directory, from, rest);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function withoutRoot(args) {
  const at = args.indexOf("--root");
  if (at === -1) return { from: root, rest: args };
  const from = resolve(args[at + 1] ?? "");
  if (!existsSync(join(from, "lib"))) throw new Failure(USAGE);
  return { from, rest: args.toSpliced(at, 2) };
}

async function model(directory, from, args) {
  const script = join(directory, "faults.cjs");
  const scripts = {
    faults: join(faults, "main.ts"),
    quick: join(faults, "quick.ts"),
  };
  await bundleFaults(scripts, directory, from);
  return show(process.execPath, [script, ...args], { cwd: root });
}

/** The rarest are caught after some 500; chance may ask for many times that. */
const mostKills = "8000";

/** Each planted bug has to be caught by the invariant that it names. */
async function bugs(directory, [only]) {
  const planted = await plantedBugs(join(faults, "bugs"), only);
  const missed = [];
  for (const bug of planted) {
    say(`${bug.name}: is it caught by ${bug.invariant}?`);
    const code = await withBug(bug, join(directory, bug.name), (from) =>
      model(directory, from, [
        ...["--kills", mostKills, "--seed", "1", "--expect", bug.invariant],
      ]),
    );
    if (code !== 0) missed.push(bug.name);
  }
  for (const name of missed) process.stdout.write(`${name} was missed\n`);
  const caught = planted.length - missed.length;
  process.stdout.write(`${caught} of ${planted.length} planted bugs caught\n`);
  return missed.length === 0 ? 0 : 1;
}

/** Real parts: real rustic and btrfs, and the package as it is built. */
async function real(directory, args) {
  const source = join(faults, "real", "main.ts");
  const env = await setup({ test: true });
  await build();
  const script = join(directory, "real.cjs");
  await bundleBench(source, script, join(root, "dist"), sourceDirs);
  const node = ["--enable-source-maps", script, ...args];
  return show(process.execPath, node, { cwd: root, env });
}

await main(import.meta.url, testFaults);
