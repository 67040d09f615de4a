import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { root } from "./paths.mjs";

/** Bundle the page of a standalone host into `outDir`. */
export async function bundlePage(outDir) {
  const { build } = await import("vite");
  try {
    await build({
      configFile: false,
      root: join(root, "frontend", "page"),
      logLevel: "silent",
      build: {
        outDir,
        emptyOutDir: true,
        target: "es2022",
        // antd comes whole: one file is what a person waits for once.
        chunkSizeWarningLimit: 4096,
        // The server's policy lets no inline script in.
        modulePreload: { polyfill: false },
      },
    });
  } catch (error) {
    throw new Failure("The page could not be bundled.", {
      excerpt: String(error.message).split("\n"),
      cause: error,
    });
  }
}
