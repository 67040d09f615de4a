/** Asks the host for one thing, and notes what became of it. */

import { fromWireError, type ProjectBackupsApi } from "../conat-api/index.js";
import type { Attachment } from "./attachment.js";
import type { ActionName } from "./model.js";
import { patiently } from "./patience.js";
import type { Reader } from "./reader.js";
import { type Sentence, sentenceOf } from "./sentence.js";
import type { Store } from "./store.js";

export interface ActionTools {
  project_id: string;
  store: Store;
  attachment: Attachment;
  reader: Reader;
  closing: AbortSignal;
}

/** Resolves to what there is to say of it, if anything. */
export type Ask = (
  api: ProjectBackupsApi,
  ticket: number,
) => Promise<Sentence | undefined>;

/** One of a kind at a time; `of`: which job, backup or project it is about. */
export async function act(
  { store, attachment, reader, closing }: ActionTools,
  action: ActionName,
  of: string,
  ask: Ask,
): Promise<boolean> {
  if (store.closed || store.state.busy[action] !== undefined) return false;
  store.apply({ type: "asked", action, of });
  try {
    const asking = attachment.api().then((api) => ask(api, store.ticket()));
    const note = await patiently(asking, closing);
    store.apply({ type: "answered", action, note });
    return !store.closed;
  } catch (error) {
    const { code } = fromWireError(error);
    const sentence = sentenceOf(error);
    store.apply({ type: "refused", action, sentence, code });
    return false;
  } finally {
    // Refused too: a lost answer may have been a yes.
    if (!store.closed) reader.all();
  }
}
