/** What commands ask: the host in this process, or one that runs elsewhere. */

import type { Input, Job, MethodName, Output } from "../../conat-api/index.js";
import type { ProjectBackups } from "../index.js";
import { isOfProject, toJob } from "../store/index.js";

export interface Service {
  call<M extends MethodName>(method: M, input: Input<M>): Promise<Output<M>>;
  /** Reads the list of backups from the repository; resolves when done. */
  refresh(project_id: string): Promise<void>;
  /** Of all projects, newest first. */
  jobs(limit: number): Promise<Job[]>;
  findJob(job_id: string): Promise<Job | undefined>;
  /** Sees to it that somebody works on the job. */
  run(job_id: string): void;
  close(options?: { drainMs?: number }): Promise<void> | void;
}

export function localService(backups: ProjectBackups): Service {
  const { jobs } = backups.tools.store;
  return {
    call: (method, input) => backups.handlers(method, { type: "local" }, input),
    refresh: () => backups.refresh(),
    jobs: (limit) => Promise.resolve(jobs.list({ limit }).map(toJob)),
    findJob(job_id) {
      const row = jobs.get(job_id);
      return Promise.resolve(row && isOfProject(row) ? toJob(row) : undefined);
    },
    run: backups.runOnly,
    close: backups.close,
  };
}
