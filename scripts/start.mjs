import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { Failure, Interrupted, main } from "./lib/failure.mjs";
import { root } from "./lib/paths.mjs";
import { mustRun, show } from "./lib/run.mjs";
import { SAMPLE_TITLE, sampleProject } from "./lib/sample.mjs";
import { setup } from "./setup.mjs";

const USAGE =
  "usage: npm start -- [--project DIR [--title TITLE]] [--host ADDRESS] [--port N] [--name NAME]";

const cli = join(root, "dist", "lib", "cli", "main.js");

/** A host on this machine: protect a directory (a sample one unless another is
 * named), back it up if it never was, and serve the page until Ctrl-C. Again,
 * and it goes on where it was. */
async function start(args) {
  const options = parse(args);
  const env = await setup();
  await build();
  const home = homeDir();
  const dataDir = join(home, "host");
  const command = commandLine(dataDir, env);

  await mkdir(home, { recursive: true, mode: 0o700 });
  if (!existsSync(join(dataDir, "project-backups.toml"))) {
    await initHost(home, command);
  }
  const { project_id, path } = await protect(options, home, command);
  say(`\nProject ${project_id}\n  in ${path}`);
  const { backups } = await command.read("list", project_id);
  if (backups.length === 0) {
    await command.run("backup", project_id);
  }
  const words = ["node", cli, "--data-dir", dataDir].map(quoted);
  say(`\n  alias project-backups=${quoted(words.join(" "))}\n`);
  return command.serve(options);
}

function parse(args) {
  const text = { type: "string" };
  const names = { project: text, title: text, host: text, port: text };
  try {
    const options = { ...names, name: { ...text, multiple: true } };
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Failure(error.message, { advice: USAGE, exitCode: 2 });
  }
}

function homeDir() {
  const { PROJECT_BACKUPS_HOME, XDG_DATA_HOME } = process.env;
  const shared = XDG_DATA_HOME || join(homedir(), ".local", "share");
  return resolve(
    PROJECT_BACKUPS_HOME || join(shared, "cocalc-project-backups"),
  );
}

async function initHost(home, command) {
  await command.read(
    ...["host", "init", "--projects", join(home, "projects")],
    ...["--repository", join(home, "repository")],
  );
}

/** npm changes to the package's directory: a path is meant from where its
 * user stands. */
async function protect({ project, title }, home, command) {
  if (project !== undefined) {
    const from = process.env.INIT_CWD ?? process.cwd();
    const more = title === undefined ? [] : ["--title", title];
    return command.read("host", "protect", resolve(from, project), ...more);
  }
  const sample = join(home, "sample", "rain-in-a-garden");
  await sampleProject(sample);
  return command.read("host", "protect", sample, "--title", SAMPLE_TITLE);
}

/** The command line on one host's data directory: run() shows the command and
 * its output, read() returns the document that it prints. */
function commandLine(dataDir, env) {
  const complete = (args) => [...args, "--data-dir", dataDir];
  const node = (args) => [cli, ...complete(args)];
  return {
    async run(...args) {
      say(`\n$ project-backups ${args.map(quoted).join(" ")}`);
      const ours = { env, always: true };
      const code = await show(process.execPath, node(args), ours);
      if (code !== 0) {
        throw new Failure(
          `project-backups ${args[0]} ended with code ${code}.`,
          {
            advice:
              "Its last lines above say why. To begin afresh, let PROJECT_BACKUPS_HOME name a new directory and run npm start again.",
          },
        );
      }
    },
    async read(...args) {
      const what = `project-backups ${args.slice(0, 2).join(" ")}`;
      const asked = node([...args, "--json"]);
      const { stdout } = await mustRun(process.execPath, asked, { env, what });
      return JSON.parse(stdout);
    },
    async serve({ host, port, name = [] }) {
      const args = ["serve"];
      if (host !== undefined) args.push("--host", host);
      if (port !== undefined) args.push("--port", port);
      if (name.length > 0) args.push("--name", ...name);
      try {
        return await show(process.execPath, node(args), { env, always: true });
      } catch (error) {
        if (error instanceof Interrupted && error.code === 0) {
          return 0;
        }
        throw error;
      }
    },
  };
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
