import { which } from "./command.mjs";
import { Interrupted } from "./failure.mjs";
import { step } from "./progress.mjs";
import { mustRun } from "./run.mjs";

/** Commands of the test suite that the system's packages provide. */
const TOOLS = [
  { command: "btrfs", package: "btrfs-progs", tests: "btrfs" },
  { command: "restic", package: "restic", tests: "restic compatibility" },
  { command: "rsync", package: "rsync", tests: "whole-tree comparison" },
  { command: "setfattr", package: "attr", tests: "extended attribute" },
  { command: "setfacl", package: "acl", tests: "access list" },
  { command: "sqlite3", package: "sqlite3", tests: "SQLite file" },
  { command: "chromium", package: "chromium", tests: "browser" },
];

/** Install what is missing, if we may.
 * Returns what is missing still, as { tests, why }. */
export async function systemTools() {
  const wanted = missing().map((tool) => tool.package);
  if (wanted.length === 0) {
    return [];
  }
  const hint = canInstall()
    ? await install(wanted)
    : `apt-get install ${wanted.join(" ")}`;
  return missing().map(({ command, tests }) => {
    return { tests, why: `there is no ${command} command (${hint})` };
  });
}

function missing() {
  return TOOLS.filter(({ command }) => !which(command));
}

function canInstall() {
  return process.getuid?.() === 0 && Boolean(which("apt-get"));
}

/** Returns why it did not work, if it did not. */
async function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, what: "apt-get" };
  try {
    await step(`Installing ${names.join(", ")}, may take 3 minutes`, (onLine) =>
      aptGet(names, { ...options, onLine }),
    );
    return "apt-get did not bring it";
  } catch (error) {
    if (error instanceof Interrupted) {
      throw error;
    }
    return [error.message, ...(error.excerpt ?? []).slice(-3)].join(" ");
  }
}

async function aptGet(names, options) {
  const patient = ["-q", "-o", "DPkg::Lock::Timeout=120"];
  const flags = [...patient, "-y", "--no-install-recommends"];
  // A browser without any font shows nothing that a person could read.
  if (names.includes("chromium")) names = [...names, "fonts-dejavu-core"];
  await mustRun("apt-get", ["update", ...patient], options);
  await mustRun("apt-get", ["install", ...flags, ...names], options);
}
