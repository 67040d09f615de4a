import { existsSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleChildren } from "./lib/bundle.mjs";
import { main } from "./lib/failure.mjs";
import { hashFiles } from "./lib/hash.mjs";
import { withLock } from "./lib/lock.mjs";
import { bundlePage } from "./lib/page.mjs";
import { inPackage, root } from "./lib/paths.mjs";
import { step } from "./lib/progress.mjs";
import { mustRun } from "./lib/run.mjs";
import { childScripts, sourceFiles } from "./lib/sources.mjs";

const dist = join(root, "dist");
const stampFile = join(dist, ".built.json");
const settings = [
  "package-lock.json",
  "scripts/build.mjs",
  "scripts/lib/bundle.mjs",
  "scripts/lib/page.mjs",
  "tsconfig.build.json",
  "tsconfig.json",
];

/** Compile the package into dist/, unless what is there is still good. */
export async function build() {
  await withLock("build", root, async () => {
    const wanted = stamp();
    const present = await readStamp();
    if (present?.hash === wanted.hash) {
      return;
    }
    await step("Compiling TypeScript", () => compile(wanted, present));
    await step("Bundling the page", () => bundlePage(join(dist, "page")));
    await writeFile(stampFile, JSON.stringify(wanted));
  });
}

/** dist/ is emptied only when a source went away, so that a process that
 * still runs from it keeps finding its files. */
async function compile(wanted, present) {
  const stays = present?.files.every((path) => wanted.files.includes(path));
  await rm(stays ? stampFile : dist, { recursive: true, force: true });
  const tsc = inPackage("typescript", "bin", "tsc");
  await mustRun(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
    cwd: root,
    what: "The TypeScript compiler",
  });
  await bundleChildren(childScripts(), dist);
  const cli = join(dist, "lib", "cli", "main.js");
  if (existsSync(cli)) {
    await chmod(cli, 0o755);
  }
}

function stamp() {
  const files = sourceFiles();
  const read = [...settings, ...files].map((path) => join(root, path));
  return { hash: hashFiles(read), files };
}

async function readStamp() {
  try {
    return JSON.parse(await readFile(stampFile, "utf8"));
  } catch {
    return undefined;
  }
}

await main(import.meta.url, build);
