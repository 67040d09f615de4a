import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/** Where a tool may be found: a variable that names it, PATH, our cache. */
const tools = {
  rustic: { env: "PROJECT_BACKUPS_RUSTIC", cached: "rustic-0.11.4/bin/rustic" },
  versitygw: {
    env: "PROJECT_BACKUPS_VERSITYGW",
    cached: "go-bin/versitygw",
  },
  "fake-gcs-server": {
    env: "PROJECT_BACKUPS_FAKE_GCS",
    cached: "go-bin/fake-gcs-server",
  },
  // The cache first: the rclone of a distribution is often years old.
  rclone: {
    env: "PROJECT_BACKUPS_RCLONE",
    cached: "rclone-venv/bin/rclone",
    cacheFirst: true,
  },
  btrfs: {},
  "mkfs.btrfs": {},
  losetup: {},
  mount: {},
  unshare: {},
  restic: {},
  rsync: {},
  setfacl: {},
  setfattr: {},
  sqlite3: {},
  chromium: {},
} satisfies Record<string, Place>;

type Place = { env?: string; cached?: string; cacheFirst?: boolean };

export type Tool = keyof typeof tools;
/** A tool, or a right: `root`; `btrfs` also asks for root and loop devices. */
export type Need = Tool | "root";

/** Absolute path of the tool, or undefined when this machine lacks it. */
export function findTool(tool: Tool): string | undefined {
  const { env, cached, cacheFirst }: Place = tools[tool];
  const named = env === undefined ? undefined : process.env[env];
  if (named) return isExecutable(named) ? named : undefined;
  const inCache = cached === undefined ? [] : [join(cacheDir(), cached)];
  const places = cacheFirst
    ? [...inCache, ...inPath(tool)]
    : [...inPath(tool), ...inCache];
  return places.find(isExecutable);
}

/** Absolute path of the tool; throws when this machine lacks it. */
export function toolPath(tool: Tool): string {
  const path = findTool(tool);
  if (path === undefined) throw new Error(`${tool} is not installed`);
  return path;
}

/** Those of `needs` that this machine lacks. */
export function missing(needs: readonly Need[]): Need[] {
  const all = new Set(
    needs.flatMap((need): Need[] =>
      need === "btrfs" ? ["root", "mkfs.btrfs", "losetup", "btrfs"] : [need],
    ),
  );
  return [...all].filter((need) =>
    need === "root"
      ? process.getuid?.() !== 0
      : findTool(need) === undefined ||
        (need === "losetup" && !existsSync("/dev/loop-control")),
  );
}

/**
 * A `describe` where all needs are met. Elsewhere its title says what is
 * missing and it is skipped, or fails if PROJECT_BACKUPS_REQUIRE=all.
 */
export function describeReal(
  title: string,
  { needs }: { needs: readonly Need[] },
  fn: () => void,
): void {
  const lacking = missing(needs).join(", ");
  if (lacking === "") return describe(title, fn);
  if (process.env["PROJECT_BACKUPS_REQUIRE"] !== "all") {
    const { skip: without } = describe;
    return without(`${title} (missing here: ${lacking})`, fn);
  }
  describe(title, () => {
    test(`has what it needs: ${lacking}`, () => {
      throw new Error(`missing on this machine: ${lacking}`);
    });
  });
}

function cacheDir(): string {
  const { PROJECT_BACKUPS_CACHE, XDG_CACHE_HOME } = process.env;
  return (
    PROJECT_BACKUPS_CACHE ||
    join(XDG_CACHE_HOME || join(homedir(), ".cache"), "cocalc-project-backups")
  );
}

function inPath(name: string): string[] {
  // mkfs and losetup are in sbin, which a service's PATH may leave out.
  const dirs = (process.env["PATH"] ?? "").split(delimiter);
  return [...dirs, "/usr/sbin", "/sbin"]
    .filter(isAbsolute)
    .map((dir) => join(dir, name));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
