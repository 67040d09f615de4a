import { join } from "node:path";
import { which } from "./command.mjs";
import { Failure } from "./failure.mjs";
import { place } from "./place.mjs";
import { step } from "./progress.mjs";
import { mustRun } from "./run.mjs";

/** Install rustic from its source, with Rust's own package manager, at
 * `home`/bin/rustic. */
export async function compileRustic(version, home) {
  if (!which("cargo")) {
    throw new Failure("There is no rustic, and no cargo to compile it with.", {
      advice: `Install rustic >= ${version} on PATH, or let PROJECT_BACKUPS_RUSTIC name it, or install Rust >= 1.91, and run this again.`,
    });
  }
  await step(`Compiling rustic ${version}, takes 5 to 9 minutes`, (detail) =>
    place(home, async (temp) => {
      await cargoInstall(version, temp, detail);
      return join(temp, "home");
    }),
  );
}

/** The settings trade a few percent of speed for half of the time: the
 * release profile has one code unit and link-time optimisation. Default
 * features (a terminal UI, WebDAV, metrics) are of no use here. */
async function cargoInstall(version, temp, detail) {
  let crates = 0;
  const args = ["install", "rustic-rs", "--version", version, "--locked"];
  const options = ["--no-default-features", "--root", join(temp, "home")];
  await mustRun("cargo", [...args, ...options], {
    cwd: temp,
    env: {
      ...process.env,
      CARGO_TARGET_DIR: join(temp, "target"),
      CARGO_PROFILE_RELEASE_LTO: "off",
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
      CARGO_TERM_COLOR: "never",
    },
    onLine(line) {
      const [verb] = line.trim().split(" ");
      crates += verb === "Compiling" ? 1 : 0;
      detail(crates ? `compiling, ${crates} crates so far` : line.trim());
    },
    what: "cargo install rustic-rs",
    advice:
      "Compiling rustic needs Rust >= 1.91, a C compiler and access to the crate registry; or install rustic on PATH, and run this again.",
  });
}
