import { delimiter, dirname } from "node:path";
import { Failure, main } from "./lib/failure.mjs";
import { packages } from "./lib/packages.mjs";
import { say } from "./lib/progress.mjs";
import { rustic } from "./lib/rustic.mjs";
import { testTools } from "./lib/test-tools.mjs";

const USAGE = "usage: node scripts/setup.mjs [--test] [--require] [--env]";
const VARIABLES = [
  "PROJECT_BACKUPS_RUSTIC",
  "PROJECT_BACKUPS_RCLONE",
  "PROJECT_BACKUPS_VERSITYGW",
  "PROJECT_BACKUPS_FAKE_GCS",
];

/** Make sure that everything is there which the package (and its tests) need.
 * Returns the environment to run them in. */
export async function setup({ test = false, require = false } = {}) {
  const required = require || process.env.PROJECT_BACKUPS_REQUIRE === "all";
  await packages();
  const tools = { PROJECT_BACKUPS_RUSTIC: await rustic() };
  if (test) {
    Object.assign(tools, await testTools({ required }));
  }
  return { ...process.env, ...tools, PATH: pathWith(Object.values(tools)) };
}

/** What is not on PATH yet goes in front, past any older one there. */
function pathWith(programs) {
  const path = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const added = programs.map(dirname).filter((name) => !path.includes(name));
  return [...new Set([...added, ...path])].join(delimiter);
}

await main(import.meta.url, async (args) => {
  const flags = new Set(args);
  const known = ["--test", "--require", "--env"];
  if (args.some((arg) => !known.includes(arg))) {
    throw new Failure(USAGE);
  }
  const env = await setup({
    test: flags.has("--test"),
    require: flags.has("--require"),
  });
  const names = VARIABLES.filter((name) => env[name]);
  if (flags.has("--env")) {
    const lines = ["PATH", ...names].map((name) => exported(name, env));
    process.stdout.write(`${lines.join("\n")}\n`);
  } else {
    names.forEach((name) => say(`${name}=${env[name]}`));
    say("Everything is in place.");
  }
});

/** For `eval "$(node scripts/setup.mjs --test --env)"` in a shell. */
function exported(name, env) {
  return `export ${name}='${env[name].replaceAll("'", "'\\''")}'`;
}
