/** What the job file says of backups. */

import type { Session } from "../scenario/session.js";

export interface Annotation {
  backup_id: string;
  project_id: string;
  pinned: 0 | 1;
  name: string | null;
  forgotten_at: number | null;
  forgotten_by: string | null;
}

export function annotationsOf({ select }: Session): Annotation[] {
  return select<Annotation>("SELECT * FROM annotations");
}
