import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Failure } from "./failure.mjs";
import { cacheDir } from "./paths.mjs";

const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** Put a file or directory into the cache in one step: `make` fills a
 * directory that nobody else uses and returns what to keep of it, which is
 * then renamed to `target`. What was interrupted never counts. */
export async function place(target, make) {
  const temp = await temporary(basename(target));
  try {
    const made = await make(temp);
    await mkdir(dirname(target), { recursive: true });
    await swapIn(made, target, join(temp, "replaced"));
    return target;
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

async function temporary(name) {
  const parent = join(cacheDir(), "tmp");
  try {
    await mkdir(parent, { recursive: true });
    await sweep(parent);
    return await mkdtemp(join(parent, `${name}-`));
  } catch (cause) {
    throw new Failure(`Cannot write to ${parent} (${cause.code}).`, {
      advice: "Let PROJECT_BACKUPS_CACHE name a directory that you can write.",
      cause,
    });
  }
}

/** rename() replaces a file, but no directory that has something in it. */
async function swapIn(made, target, replaced) {
  try {
    await rename(made, target);
  } catch (error) {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") {
      throw error;
    }
    await rename(target, replaced);
    await rename(made, target);
  }
}

/** A killed set-up leaves its directory behind; nothing takes a day. */
async function sweep(parent) {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > ABANDONED_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
