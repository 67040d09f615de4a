import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's own directory. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Where tools that we downloaded or compiled are kept between runs. */
export function cacheDir(env = process.env) {
  const shared = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return resolve(
    env.PROJECT_BACKUPS_CACHE || join(shared, "cocalc-project-backups"),
  );
}

/** Short-lived files of the scripts; goes whenever node_modules goes. */
export function scratchDir() {
  return join(root, "node_modules", ".cache", "project-backups");
}

/** A file that an installed package ships, such as its command. */
export function inPackage(...parts) {
  return join(root, "node_modules", ...parts);
}
