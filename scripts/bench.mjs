import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "./build.mjs";
import { bundleBench } from "./lib/bundle.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { root, scratchDir } from "./lib/paths.mjs";
import { show } from "./lib/run.mjs";
import { sourceDirs } from "./lib/sources.mjs";
import { setup } from "./setup.mjs";

const SUFFIX = ".bench.ts";
const benches = join(root, "test", "bench");

/** Run one benchmark. stdout carries its JSON lines, nothing else. */
async function bench([name, ...args]) {
  if (!name) {
    names().forEach((each) => process.stdout.write(`${each}\n`));
    return 0;
  }
  if (!names().includes(name)) {
    throw new Failure(`There is no benchmark named ${name}.`, {
      advice: `Choose one of: ${names().join(", ") || "(none yet)"}.`,
    });
  }
  const env = await setup();
  await build();
  return runBench(name, args, env);
}

function names() {
  const files = existsSync(benches) ? readdirSync(benches) : [];
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .toSorted();
}

/** The script lies below node_modules, for its imports to be found. */
async function runBench(name, args, env) {
  const directory = join(scratchDir(), `bench-${process.pid}`);
  const script = join(directory, `${name}.cjs`);
  await mkdir(directory, { recursive: true });
  try {
    const source = join(benches, `${name}${SUFFIX}`);
    await bundleBench(source, script, join(root, "dist"), sourceDirs);
    const node = ["--enable-source-maps", script, ...args];
    return await show(process.execPath, node, { cwd: root, env });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

await main(import.meta.url, bench);
