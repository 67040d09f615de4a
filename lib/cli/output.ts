/** stdout and stderr of the command line: the one place that prints. */

import { BackupError } from "../../conat-api/index.js";

export interface Output {
  /** One JSON document in --json mode, else the text. */
  result(value: unknown, text: string): void;
  /** For people only; not in --json mode. */
  say(text: string): void;
  /** Overwrites the line on a terminal; nothing elsewhere. */
  status(text: string): void;
  fail(error: BackupError): void;
}

export function createOutput(json: boolean): Output {
  const terminal = process.stderr.isTTY && !json;
  const clear = () => {
    if (terminal) process.stderr.write("\r\u001b[2K");
  };
  return {
    result(value, text) {
      clear();
      const shown = json ? JSON.stringify(value, null, 2) : text;
      process.stdout.write(`${shown}\n`);
    },
    say(text) {
      clear();
      if (!json) process.stdout.write(`${text}\n`);
    },
    status(text) {
      if (!terminal) return;
      clear();
      process.stderr.write(text);
    },
    fail({ code, message }) {
      clear();
      if (json) {
        const error = { error: { code, message } };
        process.stdout.write(`${JSON.stringify(error, null, 2)}\n`);
      } else {
        process.stderr.write(`project-backups: ${message} [${code}]\n`);
      }
    },
  };
}
