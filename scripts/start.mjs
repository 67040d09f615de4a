import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "./build.mjs";
import { compareTrees } from "./lib/compare.mjs";
import { Failure, main } from "./lib/failure.mjs";
import { root } from "./lib/paths.mjs";
import { mustRun, show } from "./lib/run.mjs";
import { SAMPLE_ID, sampleProject } from "./lib/sample.mjs";
import { setup } from "./setup.mjs";

const cli = join(root, "dist", "lib", "cli", "main.js");

/** Back up a sample project with the real command line, restore it, compare.
 * Run it again, and there is one backup more. */
async function start() {
  const env = await setup();
  await build();
  const home = homeDir();
  const command = commandLine(join(home, "host"), env);
  const project = join(home, "projects", SAMPLE_ID);

  await mkdir(home, { recursive: true, mode: 0o700 });
  say(`\nA sample project, in ${project}`);
  await sampleProject(project);
  if (!existsSync(join(home, "host", "project-backups.toml"))) {
    await initHost(home, command);
  }
  await command.run("backup", SAMPLE_ID);
  await command.run("list", SAMPLE_ID);
  await command.run("status", SAMPLE_ID);
  const backupId = newest(await command.read("list", SAMPLE_ID, "--json"));
  const restored = await restore(home, backupId, command);
  await proveEqual(project, join(restored, "project"));
  say(whatNext(project, home, backupId));
}

function homeDir() {
  const { PROJECT_BACKUPS_HOME, XDG_DATA_HOME } = process.env;
  const shared = XDG_DATA_HOME || join(homedir(), ".local", "share");
  return resolve(
    PROJECT_BACKUPS_HOME || join(shared, "cocalc-project-backups"),
  );
}

async function initHost(home, command) {
  const projects = ["--projects", join(home, "projects")];
  const repository = ["--repository", join(home, "repository")];
  await command.run("host", "init", ...projects, ...repository);
}

async function restore(home, backupId, command) {
  const timestamp = new Date().toISOString().replaceAll(":", "-");
  const to = join(home, "restored", timestamp);
  await mkdir(join(home, "restored"), { recursive: true });
  await command.run("restore", SAMPLE_ID, backupId, "--to", to);
  return to;
}

/** The command line on one host's data directory: run() shows the command and
 * its output, read() returns what it prints. */
function commandLine(dataDir, env) {
  const complete = (args) => [...args, "--data-dir", dataDir];
  return {
    async run(...args) {
      say(`\n$ project-backups ${complete(args).map(quoted).join(" ")}`);
      const code = await show(process.execPath, [cli, ...complete(args)], {
        env,
      });
      if (code !== 0) {
        const what = args.slice(0, args[0] === "host" ? 2 : 1).join(" ");
        throw new Failure(`project-backups ${what} ended with code ${code}.`, {
          advice: `Its last lines above say why. To begin afresh, let PROJECT_BACKUPS_HOME name a new directory and run npm start again.`,
        });
      }
    },
    async read(...args) {
      const what = `project-backups ${args[0]}`;
      const node = [cli, ...complete(args)];
      return (await mustRun(process.execPath, node, { env, what })).stdout;
    },
  };
}

/** Backups are listed newest first. */
function newest(json) {
  const listed = JSON.parse(json);
  const [backup] = Array.isArray(listed) ? listed : (listed.backups ?? []);
  if (!backup?.backup_id) {
    throw new Failure("The new backup is not in the list of backups.", {
      advice: "Look at the status above for a failed job and its reason.",
    });
  }
  return backup.backup_id;
}

async function proveEqual(project, restored) {
  const { files, differences } = await compareTrees(project, restored);
  if (differences.length > 0) {
    throw new Failure("The restored tree is not the project.", {
      excerpt: differences.slice(0, 20),
      advice: `Compare ${project} with ${restored}.`,
    });
  }
  say(`\nCompared: all ${files} files are back as they were, in ${restored}`);
}

function whatNext(project, home, backupId) {
  const alias = `alias project-backups="node ${cli}"`;
  const dataDir = `--data-dir ${join(home, "host")}`;
  return `
Try next:
  ${alias}
  project-backups --help
  change something in ${project}, then
  project-backups backup ${SAMPLE_ID} ${dataDir}
  project-backups restore ${SAMPLE_ID} ${backupId} --to ${join(home, "restored", "again")} ${dataDir}
Or run npm start again: it adds a backup. All of it is in
  ${home}`;
}

function quoted(word) {
  return /^[\w./:@%+=,-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

await main(import.meta.url, start);
