import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { root } from "./paths.mjs";

const TYPESCRIPT = /\.tsx?$/;

/** Bundle each child script with all that it imports into one file in its
 * place under `outDir`, so that it also runs where node_modules is not found,
 * such as in another mount namespace. A native addon's path comes as an
 * argument. */
export async function bundleChildren(scripts, outDir) {
  if (scripts.length === 0) {
    return;
  }
  await bundle({
    entryPoints: scripts,
    outdir: outDir,
    outbase: root,
    external: ["*.node"],
    sourcemap: true,
  });
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

async function bundle(options) {
  const esbuild = await import("esbuild");
  const settings = { bundle: true, platform: "node", target: "node20" };
  try {
    await esbuild.build({
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
