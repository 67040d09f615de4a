import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { Failure } from "./failure.mjs";
import { root } from "./paths.mjs";

const TYPESCRIPT = /\.tsx?$/;

/** Bundle each child script `x.child.ts` with all that it imports into a text
 * and write the module `x.script.js` that exports it: a bundler of the host
 * takes a module along, but not a file that is run by its path. A native
 * addon's path comes to the child as an argument. */
export async function bundleChildren(scripts, outDir) {
  for (const script of scripts) {
    const { outputFiles } = await bundle({
      entryPoints: [script],
      external: ["*.node"],
      minify: true,
      write: false,
    });
    const text = JSON.stringify(outputFiles[0].text);
    const name = relative(root, script).replace(/\.child\.ts$/, ".script.js");
    const path = join(outDir, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `"use strict";\nexports.script = ${text};\n`);
  }
}

/** Bundle a benchmark alone: packages and the built package under test stay
 * outside, so that what is measured is what is shipped. */
export async function bundleBench(script, outFile, outDir, sourceDirs) {
  const built = {
    name: "built",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        const file = join(resolveDir, path);
        return sourceDirs.some((name) => file.startsWith(join(root, name, "/")))
          ? { path: outputOf(file, outDir), external: true }
          : undefined;
      }),
  };
  await bundle({
    entryPoints: [script],
    outfile: outFile,
    packages: "external",
    plugins: [built],
    sourcemap: "inline",
  });
}

/** Bundle the fault engine's scripts with production sources from `from`,
 * which find the model's world where their outside doors would be. */
export async function bundleFaults(scripts, outDir, from) {
  const { worldDoors } = await import("./world-doors.mjs");
  await bundle({
    entryPoints: scripts,
    outdir: outDir,
    outExtension: { ".js": ".cjs" },
    external: ["better-sqlite3"],
    nodePaths: [join(root, "node_modules")],
    plugins: [worldDoors(from)],
    sourcemap: "linked",
    sourcesContent: false,
  });
}

async function bundle(options) {
  const esbuild = await import("esbuild");
  const settings = { bundle: true, platform: "node", target: "node20" };
  try {
    return await esbuild.build({
      ...settings,
      format: "cjs",
      absWorkingDir: root,
      logLevel: "silent",
      ...options,
    });
  } catch (error) {
    throw new Failure("esbuild failed.", {
      excerpt: String(error.message).split("\n"),
      cause: error,
    });
  }
}

function outputOf(file, outDir) {
  const script = file.replace(TYPESCRIPT, ".js");
  return join(outDir, script.slice(root.length));
}
