/** host: set-up, state, and the old trees that restores kept aside. */

import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { BackupError, JobId } from "../../../conat-api/index.js";
import { readConfig } from "../../config.js";
import { notStandalone } from "../../standalone/host.js";
import { initStandalone } from "../../standalone/init.js";
import { openProtection } from "../../standalone/projects.js";
import { isOfProject } from "../../store/index.js";
import { removeKept } from "../../tasks/leftovers.js";
import {
  type GlobalOptions,
  type HostContext,
  guarded,
  requireDataDir,
  withHost,
} from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatTable, formatTime } from "../format.js";
import type { Output } from "../output.js";

interface InitOptions extends GlobalOptions {
  projects: string;
  persist?: string;
  repository: string;
  restoreTo?: string[];
  hostId?: string;
}

interface ProtectOptions extends GlobalOptions {
  title?: string;
}

export function addHostCommands(program: Command): void {
  const host = program.command("host").description("this host");
  host
    .command("init")
    .description("write a configuration with a local repository")
    .requiredOption("--projects <dir>", "projects are its UUID directories")
    .requiredOption("--repository <dir>", "where backups go")
    .option("--persist <dir>", "persist stores; [project_id] stands for the id")
    .option("--restore-to <dir...>", "directories that restores may go below")
    .option("--host-id <id>", "default: a random one")
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<InitOptions>();
      await guarded(options, (output) => {
        const path = initHost(options);
        output.result({ path }, `Wrote ${path}.`);
        return exitCodes.ok;
      });
    });
  host
    .command("protect")
    .description("make a directory a project of this host")
    .argument("<directory>")
    .option("--title <title>", "default: the directory's name")
    .action(async (directory: string, _options, command: Command) => {
      const options = command.optsWithGlobals<ProtectOptions>();
      await guarded(options, (output) => protect(directory, options, output));
    });
  host
    .command("show")
    .description("jobs that wait and run, caps, the repository")
    .action(async (_options, command: Command) => {
      await withHost(command.optsWithGlobals<GlobalOptions>(), showHost);
    });
  host
    .command("kept")
    .description("old trees that in-place restores kept aside")
    .action(async (_options, command: Command) => {
      await withHost(command.optsWithGlobals<GlobalOptions>(), listKept);
    });
  host
    .command("drop-kept")
    .description("remove the old tree that a restore kept aside, for good")
    .argument("<job_id>", "the restore's job")
    .action(async (job_id: string, _options, command: Command) => {
      await withHost(command.optsWithGlobals<GlobalOptions>(), (context) =>
        dropKept(context, job_id),
      );
    });
}

function initHost(options: InitOptions): string {
  const dataDir = requireDataDir(options);
  return initStandalone({
    dataDir,
    projects: resolve(options.projects),
    persist: options.persist && resolve(options.persist),
    repository: resolve(options.repository),
    restore: options.restoreTo?.map((path) => resolve(path)) ?? [
      join(dirname(dataDir), "restored"),
    ],
    host_id: options.hostId,
  });
}

async function protect(
  directory: string,
  options: ProtectOptions,
  output: Output,
): Promise<number> {
  const dataDir = requireDataDir(options);
  const { projects, repository } = readConfig(dataDir);
  if (!projects) throw notStandalone();
  const { protect } = openProtection(dataDir, [
    projects.directory,
    dataDir,
    ...(repository.kind === "local" ? [repository.path] : []),
  ]);
  const found = await protect(resolve(directory), options.title);
  output.result(found, `${found.path} is project ${found.project_id}.`);
  return exitCodes.ok;
}

async function showHost({ backups, output }: HostContext): Promise<number> {
  const { host, config, store } = backups.tools;
  const counts = store.jobs.counts();
  const { name, kind } = config.repository;
  const shown = {
    host_id: host.host_id,
    data_dir: host.dataDir,
    jobs: { ...counts, cap: config.limits.jobs },
    repository: { name, kind },
    kept: store.jobs.kept().length,
  };
  output.result(
    shown,
    [
      `host:        ${shown.host_id}`,
      `data:        ${shown.data_dir}`,
      `jobs:        ${counts.running} of at most ${shown.jobs.cap} running, ${counts.pending} waiting`,
      `repository:  ${name} (${kind})`,
      `kept trees:  ${shown.kept}`,
    ].join("\n"),
  );
  return exitCodes.ok;
}

async function listKept({ backups, output }: HostContext): Promise<number> {
  const kept = backups.tools.store.jobs.kept().map((row) => ({
    job_id: row.job_id,
    project_id: row.project_id,
    finished_at: row.finished_at,
    kept_at: row.kept_at ?? "",
  }));
  const rows = kept.map((one) => [
    one.job_id,
    one.project_id,
    formatTime(one.finished_at),
    one.kept_at,
  ]);
  const header = ["JOB", "PROJECT", "RESTORED", "OLD TREE"];
  output.result({ kept }, formatTable(header, rows));
  return exitCodes.ok;
}

async function dropKept(
  { backups, output }: HostContext,
  job_id: string,
): Promise<number> {
  const { store } = backups.tools;
  const row = JobId.safeParse(job_id).success
    ? store.jobs.get(job_id)
    : undefined;
  if (!row || !isOfProject(row) || !row.kept_at || row.state === "running") {
    throw new BackupError("NOT_FOUND", "No old tree is kept for this job.");
  }
  if (row.state !== "succeeded" && row.journal !== null) {
    throw new BackupError(
      "CONFLICT",
      `The restore was cut off while it put its tree in place: ${row.kept_at} may be the only tree of the project.`,
      {
        hint: "Look at it and at the project, and move what is right by hand.",
      },
    );
  }
  await removeKept(row, backups.tools);
  output.result({ job_id, removed: row.kept_at }, `Removed ${row.kept_at}.`);
  return exitCodes.ok;
}
