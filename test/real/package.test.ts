/**
 * The built package in a CommonJS host, as it is and bundled by ncc into
 * another directory: native addon and child script included.
 */

import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { tempDir } from "../support/temp.js";
import { startSqliteWriter } from "../support/sqlite-writer.js";
import { describeReal, toolPath } from "../support/tools.js";

const root = join(__dirname, "../..");
const id = "0f1e2d3c-4b5a-4678-9abc-def012345678";

/** A project-host in a page: it backs up one project and prints the row. */
const hostProgram = `
const { startProjectBackups, parseConfig, silentLogger, systemClock } =
  require("@cocalc/project-backups");
const { hubSubject, isTerminal } = require("@cocalc/project-backups/conat-api");

async function main() {
  const [, , dir, project_id] = process.argv;
  const host = {
    host_id: "bundled",
    dataDir: dir + "/data",
    logger: silentLogger,
    clock: systemClock,
    projects: {
      list: async () => [],
      role: async () => undefined,
      paths: async () => ({
        subvolume: dir + "/project",
        persist: dir + "/persist",
      }),
      withStopped: async (_id, action) => action(),
    },
  };
  const repository = { kind: "local", path: dir + "/repository" };
  const backups = await startProjectBackups(host, parseConfig({ repository }));
  const hub = { type: "hub" };
  let { job } = await backups.handlers("start", hub, { project_id });
  while (!isTerminal(job.state)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { job_id } = job;
    ({ job } = await backups.handlers("job", hub, { project_id, job_id }));
  }
  await backups.close();
  console.log(JSON.stringify({ job, subject: hubSubject("bundled") }));
}
main();
`;

/** A directory in which the package is installed, as CoCalc would have it. */
function makeHost(): string {
  const directory = tempDir("cjs-host");
  const scope = join(directory, "node_modules", "@cocalc");
  mkdirSync(scope, { recursive: true });
  symlinkSync(root, join(scope, "project-backups"));
  writeFileSync(join(directory, "host.js"), hostProgram);
  return directory;
}

/** Runs a host program on a project whose persist database is in use. */
async function backUpWith(program: string): Promise<unknown> {
  const directory = tempDir("cjs-run");
  mkdirSync(join(directory, "project"));
  mkdirSync(join(directory, "persist"));
  writeFileSync(join(directory, "project", "a"), "text");
  const writer = await startSqliteWriter(join(directory, "persist", "p.db"));
  const { stdout } = await execa(process.execPath, [program, directory, id], {
    cwd: "/",
    env: { PROJECT_BACKUPS_RUSTIC: toolPath("rustic") },
  }).finally(() => writer.stop());
  return JSON.parse(stdout);
}

// A database that could not be captured would be a warning.
const whole = {
  job: { state: "succeeded", warnings: [], files: 2 },
  subject: "project-host.bundled.project-backups",
};

describeReal(
  "the built package in a CommonJS host",
  { needs: ["root", "rustic"] },
  () => {
    beforeAll(async () => {
      await execa(process.execPath, [join(root, "scripts", "build.mjs")]);
    }, 120_000);

    test("backs up a project", async () => {
      expect(await backUpWith(join(makeHost(), "host.js"))).toMatchObject(
        whole,
      );
    });

    test("backs up a project when ncc has bundled it to another place", async () => {
      const host = makeHost();
      const ncc = require.resolve("@vercel/ncc/dist/ncc/cli.js");
      const out = join(host, "out");
      const build = ["build", join(host, "host.js"), "-o", out];
      await execa(process.execPath, [ncc, ...build], { cwd: host });
      const moved = tempDir("moved");
      cpSync(out, moved, { recursive: true });
      rmSync(host, { recursive: true });
      expect(await backUpWith(join(moved, "index.js"))).toMatchObject(whole);
    }, 180_000);
  },
);
