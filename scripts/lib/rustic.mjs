import { join } from "node:path";
import { isAtLeast, pathOf, versionOf, which } from "./command.mjs";
import { Failure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { cacheDir } from "./paths.mjs";
import { say } from "./progress.mjs";
import { compileRustic } from "./rustic-compile.mjs";
import { downloadRustic } from "./rustic-download.mjs";

export const RUSTIC_VERSION = "0.11.4";

/** The path of a rustic that is new enough: the one that was asked for, the
 * one on PATH, ours, or else one that we download or compile. */
export async function rustic() {
  const chosen = process.env.PROJECT_BACKUPS_RUSTIC;
  if (chosen) {
    return insistOn(chosen);
  }
  return (await onPath()) ?? (await cached()) ?? install();
}

async function insistOn(chosen) {
  const program = pathOf(chosen);
  const version = program && (await versionOf(program));
  if (!version || !isAtLeast(version, RUSTIC_VERSION)) {
    const found = version ? `is rustic ${version}` : "does not run";
    throw new Failure(`PROJECT_BACKUPS_RUSTIC=${chosen} ${found}.`, {
      advice: `Let it name a rustic >= ${RUSTIC_VERSION}, or unset it and run this again.`,
    });
  }
  return program;
}

async function onPath() {
  const program = which("rustic");
  const version = program && (await versionOf(program));
  if (version && isAtLeast(version, RUSTIC_VERSION)) {
    return program;
  }
  if (program) {
    const found = version ? `is version ${version}` : "does not run";
    say(`Skipping ${program}: it ${found}, ${RUSTIC_VERSION} is needed.`);
  }
  return undefined;
}

async function cached() {
  const program = join(home(), "bin", "rustic");
  return (await versionOf(program)) === RUSTIC_VERSION ? program : undefined;
}

async function install() {
  return withLock("rustic", cacheDir(), async () => {
    const present = await cached();
    if (present) {
      return present;
    }
    if (!(await downloadRustic(RUSTIC_VERSION, home()))) {
      await compileRustic(RUSTIC_VERSION, home());
    }
    return join(home(), "bin", "rustic");
  });
}

function home() {
  return join(cacheDir(), `rustic-${RUSTIC_VERSION}`);
}
