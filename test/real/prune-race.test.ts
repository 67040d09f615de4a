import { randomBytes } from "node:crypto";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { readKit } from "../../lib/repository/kit.js";
import { LostRace } from "../../lib/repository/failure.js";
import { openRepository } from "../../lib/repository/open.js";
import {
  createRepository,
  type Repository,
} from "../../lib/repository/repository.js";
import type { RusticCommand } from "../../lib/repository/rustic.js";
import { job_id, openingOf, stageWith } from "../repository/ground.js";
import { tempDir } from "../support/temp.js";
import { describeReal, toolPath } from "../support/tools.js";

const rounds = 50;
const kept = 6;
/** Longer than any command here, and shorter than the test. */
const keepDeleteSeconds = 15;
const projects = [1, 2].map((n) => `5f1d7a3e-0b52-4c41-9c1e-7d0a4f8e2b0${n}`);

interface Made {
  backup_id: string;
  project_id: string;
  content: Buffer;
}

describeReal(
  "a repository that is pruned while it is used",
  { needs: ["rustic", "restic"] },
  () => {
    test("keeps every backup, and nobody notices", async () => {
      const opened = await open();
      const { repository, checkWithRestic, lost } = opened;
      let made = await Promise.all(
        projects.map((project_id) => backUpTo(repository, { project_id })),
      );
      let losses = 0;
      for (let round = 1; round <= rounds; round++) {
        const [gone, proven] = [made.slice(0, -kept), made.slice(-kept)];
        const [fresh, givenUp] = await aRound(opened, { gone, proven });
        made = [...proven, ...fresh];
        losses += givenUp;
        // What overlapped a prune can be read after the next one.
        await repository.prune({ keepDeleteSeconds });
        const whole = { subset: { part: 1, of: 1 } };
        expect(await repository.check(whole)).toEqual({ errors: [] });
        await checkWithRestic();
        for (const one of made) await restored(repository, one);
      }
      const attempts = lost();
      tell(attempts, losses);
      // Else nothing was raced for.
      expect(attempts.length).toBeGreaterThan(0);
    }, 300_000);
  },
);

/** All at once, while one prune follows the other. */
async function aRound(
  { repository, list }: Opened,
  { gone, proven }: { gone: Made[]; proven: Made[] },
): Promise<[Made[], number]> {
  const ending = new AbortController();
  const backups = Promise.all(
    projects.map(async (project_id) => {
      const parent = newestOf(proven, project_id);
      const first = await backUpTo(repository, { project_id, parent });
      const next = { project_id, parent: first.backup_id };
      return [first, await backUpTo(repository, next)];
    }),
  ).finally(() => ending.abort());
  const untilThen = async (action: (turn: number) => Promise<unknown>) => {
    for (let turn = 0; !ending.signal.aborted; turn++) await action(turn);
  };
  const one = (turn: number) => proven[turn % proven.length] as Made;
  let givenUp = 0;
  const prune = () =>
    repository.prune({ keepDeleteSeconds }).catch((error: unknown) => {
      if (!(error instanceof LostRace)) throw error;
      givenUp++;
    });
  const [fresh] = await Promise.all([
    backups,
    untilThen(prune),
    untilThen((turn) => restored(repository, one(turn))),
    untilThen((turn) => list(one(turn).backup_id)),
    repository.forget(gone.map(({ backup_id }) => backup_id)),
  ]);
  return [fresh.flat(), givenUp];
}

function newestOf(all: readonly Made[], project_id: string) {
  return all.findLast((one) => one.project_id === project_id)?.backup_id;
}

async function backUpTo(
  repository: Repository,
  { project_id, parent }: { project_id: string; parent?: string | undefined },
): Promise<Made> {
  const content = randomBytes(50_000);
  const directory = stageWith({ content, same: "in all of them" });
  const what = { directory, source: ["."], project_id, job_id, parent };
  const input = { ...what, onBytes() {} };
  const { backup_id } = await repository.backup(input, {});
  return { backup_id, project_id, content };
}

async function restored(
  repository: Repository,
  { backup_id, content }: Made,
): Promise<void> {
  const directory = tempDir("target");
  await repository.restore({ backup_id, directory, onBytes() {} }, {});
  const found = readFileSync(join(directory, "project/content"));
  expect(found.equals(content)).toBe(true);
}

type Opened = Awaited<ReturnType<typeof open>>;

async function open() {
  const path = join(tempDir("storage"), "repository");
  const log = join(tempDir("log"), "lost");
  appendFileSync(log, "");
  const opening = openingOf({ kind: "local", path }, { binary: telling(log) });
  const found = await openRepository(opening);
  const { location, rustic, paths } = opening;
  const place = { ...opening, ...found, name: "main", kind: "local" };
  const { password = "" } = readKit(paths.kit) ?? {};
  writeFileSync(log, "");
  return {
    repository: createRepository({ ...place, direct: true }),
    list: (id: string) => rustic.call(location, found, listing(id)),
    async checkWithRestic() {
      const args = ["-r", path, "--no-cache", "check", "--read-data"];
      const env = { RESTIC_PASSWORD: password };
      const { stdout } = await execa(toolPath("restic"), args, { env });
      expect(stdout).toContain("no errors were found");
    },
    /** Each run that failed: its subcommand. */
    lost: () => readFileSync(log, "utf8").split("\n").filter(Boolean),
  };
}

/** rustic, with the runs that fail told to a file. */
function telling(log: string): string {
  const binary = join(tempDir("bin"), "rustic");
  const script = `#!/bin/sh
'${toolPath("rustic")}' "$@"
code=$?
[ $code = 0 ] || echo "$3" >>'${log}'
exit $code
`;
  writeFileSync(binary, script, { mode: 0o755 });
  return binary;
}

function listing(id: string): RusticCommand<true> {
  return {
    action: "list the files",
    args: ["ls", id],
    parse: ({ stdout }) => (/project\/content/.test(stdout) ? true : undefined),
  };
}

/** For people who read the run. */
function tell(attempts: readonly string[], losses: number): void {
  const counts = new Map<string, number>();
  for (const name of attempts) counts.set(name, (counts.get(name) ?? 0) + 1);
  const lost = [...counts].map(([name, count]) => `${name} ${count}`);
  process.stdout.write(
    `lost and run again: ${lost.join(", ")}; prunes given up: ${losses}\n`,
  );
}
