/** repo: the repository and its recovery kit. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import {
  BackupError,
  isTerminal,
  type RepositoryJob,
} from "../../../conat-api/index.js";
import { exportKit, parseKit } from "../../repository/index.js";
import { isOfProject, toRepositoryJob } from "../../store/index.js";
import type { CheckOptions } from "../../tasks/check.js";
import type { DamageOptions } from "../../tasks/damage.js";
import { maintainerOf, requireMaintainer } from "../../tasks/maintainer.js";
import { type GlobalOptions, type HostContext, withHost } from "../context.js";
import { exitCodeOf, exitCodes } from "../exit-codes.js";
import { endText, repositoryText } from "../repository-text.js";

interface KitOptions {
  to?: string;
  readData?: boolean;
  readPart?: boolean;
  despiteDamage?: boolean;
}

type Run = (
  context: HostContext,
  argument: string | undefined,
  options: KitOptions,
) => Promise<number>;

export function addRepositoryCommands(program: Command): void {
  const repo = program
    .command("repo")
    .description("the repository that backups go to");
  const add = (name: string, description: string, run: Run) =>
    repo
      .command(name)
      .description(description)
      .action(async (...all: unknown[]) => {
        const command = all.at(-1) as Command;
        const argument = typeof all[0] === "string" ? all[0] : undefined;
        const options = command.optsWithGlobals<GlobalOptions & KitOptions>();
        await withHost(options, (context) => run(context, argument, options));
      });
  add("show", "where it is, what it holds, when it was pruned, checked", show);
  add("check", "is all there that it names? waits for the end", check)
    .option("--read-data", "read all data as well: it may take long")
    .option("--read-part", "read the next part of the data as well");
  add(
    "prune",
    "give back what no backup needs; waits for the end",
    prune,
  ).option("--despite-damage", "although the newest check found errors");
  add("init", "make it, or open it, now", init);
  add("kit", "the recovery kit: keep it away from this host", kit).option(
    "--to <file>",
    "into a new file that only you can read; without it: print it",
  );
  add("import", "use a repository that another host made", importKit).argument(
    "<kit>",
    "a recovery kit file",
  );
}

async function show({ backups, output }: HostContext): Promise<number> {
  const { store, config } = backups.tools;
  const { kind, name } = config.repository;
  const shown = await Promise.all(
    store.repositories.list().map(async (row) => {
      const { repository_id } = row;
      const limit = 5;
      const jobs = store.jobs.ofRepository({ repository_id, limit });
      return {
        ...row,
        figures: row.figures ? (JSON.parse(row.figures) as object) : null,
        damage: row.damage ? (JSON.parse(row.damage) as string[]) : [],
        unproven: store.backups.unproven(repository_id).length,
        maintainer: (await maintainerOf(repository_id, backups.tools)) ?? null,
        jobs: jobs.map(toRepositoryJob),
      };
    }),
  );
  output.result(
    { configured: { kind, name }, repositories: shown },
    shown.map(repositoryText).join("\n") ||
      `${name} (${kind}): not used by this host yet.`,
  );
  return exitCodes.ok;
}

const check: Run = (context, _argument, { readData, readPart }) => {
  const data = readData ? "all" : readPart ? "part" : undefined;
  return maintain(context, "check", data ? { data } : {});
};

const prune: Run = (context, _argument, { despiteDamage }) =>
  maintain(context, "prune", despiteDamage ? { despite_damage: true } : {});

/** Asks for it, runs it here unless the host does, and waits. */
async function maintain(
  context: HostContext,
  kind: "check" | "prune",
  target: CheckOptions & DamageOptions,
): Promise<number> {
  const { backups, output } = context;
  const { store, host } = backups.tools;
  const { repository_id } = await backups.tools.repositories.open();
  await requireMaintainer(repository_id, backups.tools);
  const { row, joined } = store.jobs.askRepository({
    ...{ repository_id, kind, now: host.clock.now() },
    ...{ trigger: "manual", requested_by: "local" },
    target: JSON.stringify(target),
  });
  const { job_id } = row;
  // Somebody else's as well: a signal ends the waiting, not the job.
  if (!joined) context.asked = { job_id };
  backups.runOnly(job_id);
  const job = await ended(backups, job_id, output);
  const errors = store.repositories.get(repository_id)?.damage;
  const findings = errors ? (JSON.parse(errors) as string[]) : [];
  output.result({ job, findings }, endText(job, findings));
  return job.state === "succeeded" ? exitCodes.ok : exitCodeOf(job.error_code);
}

const lookEveryMs = 200;

async function ended(
  { tools: { store } }: HostContext["backups"],
  job_id: string,
  output: HostContext["output"],
): Promise<RepositoryJob> {
  for (;;) {
    const row = store.jobs.get(job_id);
    if (!row || isOfProject(row)) throw new Error("the job is gone");
    if (isTerminal(row.state)) return toRepositoryJob(row);
    output.status(`${row.kind}: ${row.phase ?? "waiting for its turn"}`);
    await sleep(lookEveryMs);
  }
}

async function init({ backups, output }: HostContext): Promise<number> {
  const { repository_id, name, kind, location } =
    await backups.tools.repositories.open();
  output.result(
    { repository_id, name, kind, location },
    `Repository ${repository_id} is ready at ${location}.`,
  );
  return exitCodes.ok;
}

async function kit(
  { backups, output }: HostContext,
  _argument: string | undefined,
  { to }: KitOptions,
): Promise<number> {
  const { repositories, store, host } = backups.tools;
  const found = repositories.kit();
  if (!found?.repository_id) {
    throw new BackupError("NOT_FOUND", "This host has no repository yet.", {
      hint: "Run: project-backups repo init",
    });
  }
  if (to === undefined) {
    await output.deliver(found, JSON.stringify(found, null, 2));
  } else {
    const path = resolve(to);
    exportKit(path, found);
    output.result({ path }, `Wrote ${path}: keep it away from this host.`);
  }
  // Only now: a kit that nobody has is none.
  store.repositories.kitExported(found.repository_id, host.clock.now());
  return exitCodes.ok;
}

async function importKit(
  { backups, output }: HostContext,
  path = "",
): Promise<number> {
  const { repositories, store, host } = backups.tools;
  const opened = await repositories.importKit(parseKit(readText(path)));
  const { repository_id, location } = opened;
  // It came from a kit, so there is one elsewhere.
  store.repositories.kitExported(repository_id, host.clock.now());
  output.result(
    { repository_id, location },
    `This host now uses repository ${repository_id} at ${location}.`,
  );
  return exitCodes.ok;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new BackupError("NOT_FOUND", `${path} cannot be read.`, {
      cause: error,
    });
  }
}
