/** The present way to a project's host: its client, typed, with its hints. */

import {
  AccountId,
  accountSubject,
  BackupError,
  createClient,
  ProjectId,
  type ProjectBackupsApi,
} from "../conat-api/index.js";
import { followHints, type Hints } from "./hints.js";
import type { PanelClient, PanelHost } from "./panel-client.js";

interface AttachmentOptions extends PanelHost {
  onHint: () => void;
  onConnected: () => void;
  onLost: () => void;
}

export interface Attachment {
  /** @throws whatever `getClient` does, and BackupError once closed. */
  api(): Promise<ProjectBackupsApi>;
  /** Ask for the client anew: the project may have moved to another host. */
  doubt(): void;
  listen(): void;
  close(): void;
}

interface Attached {
  client: PanelClient;
  api: ProjectBackupsApi;
  hints: Hints;
}

const timeoutMs = 15_000;

export function createAttachment(options: AttachmentOptions): Attachment {
  const { account_id, project_id, getClient } = options;
  let attached: Attached | undefined;
  let doubted = false;
  let closed = false;

  function attach(client: PanelClient): Attached {
    const subject = accountSubject(account_id, project_id);
    const api = createClient({ client, subject, timeoutMs });
    attached?.hints.close();
    return { client, api, hints: followHints({ ...options, client }) };
  }

  return {
    async api() {
      if (attached && !doubted) return attached.api;
      requireIds(options);
      const client = await getClient(project_id);
      if (closed) throw new BackupError("CANCELLED", "The panel was closed.");
      doubted = false;
      if (client !== attached?.client) attached = attach(client);
      return attached.api;
    },
    doubt() {
      doubted = true;
    },
    listen() {
      attached?.hints.listen();
    },
    close() {
      closed = true;
      attached?.hints.close();
    },
  };
}

/** @throws BackupError INVALID_ARGUMENT */
function requireIds({ account_id, project_id }: PanelHost): void {
  const ids = [
    AccountId.safeParse(account_id),
    ProjectId.safeParse(project_id),
  ];
  if (ids.every(({ success }) => success)) return;
  throw new BackupError(
    "INVALID_ARGUMENT",
    "This panel was opened without a valid account and project.",
  );
}
