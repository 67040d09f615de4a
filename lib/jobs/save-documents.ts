/**
 * Names, pins and policies are written where they outlive the host: to the
 * hub, or as one document a project into the repository.
 */

import type { DueDocument } from "../store/index.js";
import type { Tools } from "../tasks/task.js";

/** Whoever edits makes several changes at once. */
const debounceMs = 10_000;
const atOnce = 20;

export async function saveDocuments(
  tools: Tools,
  signal: AbortSignal,
): Promise<void> {
  const { store, host, repositories } = tools;
  const repository_id = repositories.knownId();
  if (repository_id === undefined) return;
  const now = host.clock.now();
  const bound = { before: now - debounceMs, now, limit: atOnce };
  for (const due of store.documents.due({ repository_id, ...bound })) {
    if (signal.aborted) return;
    await (host.annotations
      ? host.annotations.write(due.project_id, due.text)
      : saveInRepository(due, tools, signal));
    // What was changed meanwhile makes it due again.
    store.documents.written(due);
  }
}

async function saveInRepository(
  { project_id, text }: DueDocument,
  { store, repositories, host }: Tools,
  signal: AbortSignal,
): Promise<void> {
  const repository = await repositories.find(signal);
  if (!repository) return;
  const { repository_id } = repository;
  const replaces = store.documents.known(repository_id, project_id);
  const document_id = await repository.saveAnnotations(project_id, text, {
    signal,
    replaces,
  });
  store.documents.gone(repository_id, replaces);
  const time = host.clock.now();
  store.documents.remember({ repository_id, document_id, project_id, time });
}
