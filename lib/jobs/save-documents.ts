/**
 * Names, pins and policies are written where they outlive the host: to the
 * hub, or as one document a project into the repository.
 */

import type { AnnotationsPort } from "../host.js";
import type { Repository } from "../repository/index.js";
import type { DueDocument } from "../store/index.js";
import type { Tools } from "../tasks/task.js";
import { takeFromHub } from "./hub-document.js";
import { createPauses } from "./pauses.js";

/** Whoever edits makes several changes at once. */
const debounceMs = 10_000;
const atOnce = 20;
const pauseMs = 3600 * 1000;

/** As the place where documents are kept; no repository is named so. */
const hubName = "hub";

/** Saves those that are due; one that fails holds up no other. */
export function createSaveDocuments(
  tools: Tools,
  signal: AbortSignal,
): () => Promise<void> {
  const { store, host, repositories } = tools;
  const pauses = createPauses(host.clock, pauseMs);
  const saveOne = async (save: Save, due: DueDocument, kept_in: string) => {
    const { project_id } = due;
    try {
      await save(project_id);
      // What was changed meanwhile makes it due again.
      store.documents.written(due, kept_in);
    } catch (error) {
      if (signal.aborted || isOfAll(error)) throw error;
      pauses.begin(project_id);
      const fields = { project_id, error: String(error) };
      host.logger.error("a document could not be saved", fields);
    }
  };
  return async () => {
    const repository_id = repositories.knownId();
    if (repository_id === undefined) return;
    const kept_in = host.annotations ? hubName : repository_id;
    const now = host.clock.now();
    const bound = { before: now - debounceMs, now, limit: atOnce };
    const except = [...pauses.current()];
    const place = { repository_id, kept_in };
    const found = store.documents.due({ ...place, ...bound, except });
    const save = found.length > 0 && (await openPlace(place, tools, signal));
    if (!save) return;
    for (const due of found) {
      if (signal.aborted) return;
      await saveOne(save, due, kept_in);
    }
  };
}

type Save = (project_id: string) => Promise<void>;

/** The next one would meet it too: they are all tried again soon. */
function isOfAll(error: unknown): boolean {
  const { code = "" } = error as { code?: string };
  return code === "REPOSITORY_UNREACHABLE" || code === "STALLED";
}

/** undefined: there is none yet. */
async function openPlace(
  { repository_id }: { repository_id: string },
  tools: Tools,
  signal: AbortSignal,
): Promise<Save | undefined> {
  const { annotations } = tools.host;
  if (annotations) {
    return (project_id) =>
      saveInHub({ project_id, repository_id }, annotations, tools);
  }
  const repository = await tools.repositories.find(signal);
  return (
    repository &&
    ((project_id) => saveInRepository(project_id, repository, tools, signal))
  );
}

/** What others have written there since is taken first. */
async function saveInHub(
  place: { project_id: string; repository_id: string },
  hub: AnnotationsPort,
  tools: Tools,
): Promise<void> {
  const there = await takeFromHub(place, tools);
  const text = tools.store.documents.text(place);
  if (text !== there) await hub.write(place.project_id, text);
}

async function saveInRepository(
  project_id: string,
  repository: Repository,
  { store, host }: Tools,
  signal: AbortSignal,
): Promise<void> {
  const { repository_id } = repository;
  const text = store.documents.text({ project_id, repository_id });
  // What is not understood is not among them: it stays beside the new one.
  const replaces = store.documents.known(repository_id, project_id);
  const options = { signal, replaces };
  const document_id = await repository.saveAnnotations(
    project_id,
    text,
    options,
  );
  store.documents.gone(repository_id, replaces);
  const time = host.clock.now();
  store.documents.remember({ repository_id, document_id, project_id, time });
}
