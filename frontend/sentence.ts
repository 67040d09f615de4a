/** Words for people: the host's own, or a message of ours with its values. */

import type { IntlShape, MessageDescriptor } from "react-intl";
import { BackupError, fromWireError, isErrorCode } from "../conat-api/index.js";
import { panelMessages } from "./messages.js";

export interface Words {
  message: MessageDescriptor;
  values?: Record<string, string | number>;
}
export type Sentence = string | Words;

export function say(intl: IntlShape, sentence: Sentence): string {
  return typeof sentence === "string"
    ? sentence
    : intl.formatMessage(sentence.message, sentence.values);
}

/** What was thrown, as a sentence; a stranger's text is never shown. */
export function sentenceOf(thrown: unknown): Sentence {
  const { code, message } = fromWireError(thrown);
  if (!isBorrowed(thrown)) return message;
  if (code === "INTERRUPTED") return { message: panelMessages.noAnswer };
  return code === "PERMISSION_DENIED"
    ? { message: panelMessages.denied }
    : { message: panelMessages.unexplained };
}

export function isDenied(thrown: unknown): boolean {
  return fromWireError(thrown).code === "PERMISSION_DENIED";
}

/** Neither the host's words nor ours: a router's, a library's, anybody's. */
function isBorrowed(thrown: unknown): boolean {
  if (!(thrown instanceof BackupError)) return !hasOurCode(thrown);
  const { cause, code, message } = thrown;
  if (cause === undefined || hasOurCode(cause)) return false;
  const { message: theirs } = Object(cause) as { message?: unknown };
  return code === "INTERRUPTED" || message === theirs || message === cause;
}

function hasOurCode(thrown: unknown): boolean {
  return isErrorCode((Object(thrown) as { code?: unknown }).code);
}
