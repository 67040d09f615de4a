/** What commands ask: the host in this process, or one that runs elsewhere. */

import {
  BackupError,
  type Input,
  type Job,
  type MethodName,
  type Output,
  type RepositoryJob,
} from "../../conat-api/index.js";
import type { ProjectBackups } from "../index.js";
import {
  type AnyJobRow,
  isOfProject,
  toJob,
  toRepositoryJob,
} from "../store/index.js";

/** Without a project it is a job on the repository. */
export type JobName = Pick<Job, "job_id"> & Partial<Pick<Job, "project_id">>;

export interface Service {
  call<M extends MethodName>(method: M, input: Input<M>): Promise<Output<M>>;
  /** Reads the list of backups from the repository; resolves when done. */
  refresh(project_id: string): Promise<void>;
  /** Of all projects, newest first. */
  jobs(limit: number): Promise<Job[]>;
  findJob(job_id: string): Promise<Job | RepositoryJob | undefined>;
  /** `cancelled` false: the job had ended before. */
  cancel(
    job: JobName,
  ): Promise<{ job: Job | RepositoryJob; cancelled: boolean }>;
  /** Sees to it that somebody works on the job. */
  run(job_id: string): void;
  close(options?: { drainMs?: number }): Promise<void> | void;
}

export function localService(backups: ProjectBackups): Service {
  const { jobs } = backups.tools.store;
  const call: Service["call"] = (method, input) =>
    backups.handlers(method, { type: "local" }, input);
  return {
    call,
    refresh: () => backups.refresh(),
    jobs: (limit) => Promise.resolve(jobs.list({ limit }).map(toJob)),
    findJob(job_id) {
      const row = jobs.get(job_id);
      return Promise.resolve(row && shown(row));
    },
    async cancel({ job_id, project_id }) {
      if (project_id !== undefined) {
        return call("cancel", { project_id, job_id });
      }
      // Whoever runs it looks at its row.
      const now = backups.tools.host.clock.now();
      const cancelled = jobs.cancel(job_id, "local", now) !== undefined;
      const row = jobs.get(job_id);
      if (row) return { job: shown(row), cancelled };
      throw new BackupError("NOT_FOUND", "There is no such job.");
    },
    run: backups.runOnly,
    close: backups.close,
  };
}

function shown(row: AnyJobRow): Job | RepositoryJob {
  return isOfProject(row) ? toJob(row) : toRepositoryJob(row);
}
