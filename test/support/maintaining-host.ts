/** A host that prunes and checks its repository, by a rustic that can wait. */

import { isTerminal, type RepositoryJobKind } from "../../conat-api/index.js";
import {
  toRepositoryJob,
  type RepositoryJobRow,
} from "../../lib/store/index.js";
import { change } from "./change.js";
import { startTestEngine } from "./engine.js";
import { makeSlowRustic } from "./slow-rustic.js";
import { until } from "./until.js";

export type MaintainingHost = Awaited<ReturnType<typeof startMaintainingHost>>;

/** With one project, of which there is no backup yet. */
export async function startMaintainingHost() {
  const rustic = makeSlowRustic();
  const engine = await startTestEngine({
    host: { host_id: "maintainer" },
    config: {
      commands: { rustic: rustic.path },
      maintenance: { maintainer: "maintainer" },
    },
  });
  const project_id = engine.projects[0] as string;
  const { store, repositories } = engine.backups.tools;
  const repositoryId = () => String(repositories.knownId());
  const rowOf = (job_id: string) => store.jobs.get(job_id) as RepositoryJobRow;
  return {
    ...{ engine, rustic, project_id, repositoryId, rowOf },
    /** A backup of something new; its id. */
    async backUp(): Promise<string> {
      change(engine.projectDir(project_id));
      return (await engine.backup(project_id)).backup_id;
    },
    ask(kind: RepositoryJobKind, target: object = {}): RepositoryJobRow {
      const { row } = store.jobs.askRepository({
        ...{ repository_id: repositoryId(), kind, now: Date.now() },
        ...{ trigger: "manual", requested_by: "local" },
        target: JSON.stringify(target),
      });
      engine.backups.runOnly(row.job_id);
      return row;
    },
    async ended({ job_id }: Pick<RepositoryJobRow, "job_id">) {
      await until(() => isTerminal(rowOf(job_id).state), 60_000);
      return toRepositoryJob(rowOf(job_id));
    },
    async close(): Promise<void> {
      rustic.release();
      await engine.close();
    },
  };
}
