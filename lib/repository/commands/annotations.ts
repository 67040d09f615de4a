/**
 * A project's annotations (names, notes, pins, policy) as one document in
 * the repository: a snapshot of nothing whose description is the text. They
 * survive the host, and whoever opens the repository with another program
 * sees an empty snapshot.
 */

import type { RusticCommand } from "../rustic.js";
import { lastMessage } from "../progress.js";
import { Summary } from "./summary.js";

export const annotationsLabel = "project-backups-annotations";

/** As the repository knows them; of several the newest counts. */
export interface Annotations {
  /** Of the snapshot that holds them: 64 hex. */
  id: string;
  project_id: string;
  time: number;
  text: string;
}

/** `directory` is empty; `file` holds the text. The new snapshot's id. */
export function saveAnnotationsCommand(input: {
  project_id: string;
  directory: string;
  file: string;
}): RusticCommand<string> {
  return {
    action: "save the annotations",
    cwd: input.directory,
    args: [
      ...["backup", "."],
      ...["--host", input.project_id],
      ...["--label", annotationsLabel],
      ...["--description-from", input.file],
      ...["--force", "--no-scan", "--json-progress"],
    ],
    parse({ stdout }) {
      const summary = Summary.safeParse(lastMessage(stdout));
      return summary.data?.snapshot_id;
    },
  };
}
