/** stdout and stderr of the command line: the one place that prints. */

import { BackupError } from "../../conat-api/index.js";

export interface Output {
  /** One JSON document in --json mode, else the text. */
  result(value: unknown, text: string): void;
  /**
   * The same; resolves when it was written.
   *
   * @throws BackupError FILESYSTEM_FAILED
   */
  deliver(value: unknown, text: string): Promise<void>;
  /** Overwrites the line on a terminal; nothing elsewhere. */
  status(text: string): void;
  /** A line on stderr; with --json a document of one line. */
  progress(value: unknown, text: string): void;
  fail(error: BackupError): void;
  /** Prints nothing from now on: somebody else has the last word. */
  mute(): void;
}

export function createOutput(json: boolean): Output {
  const terminal = process.stderr.isTTY && !json;
  let muted = false;
  const print = (stream: "stdout" | "stderr", text: string) => {
    if (muted) return;
    if (terminal) process.stderr.write("\r\u001b[2K");
    process[stream].write(text);
  };
  const shown = (value: unknown, text: string) =>
    `${json ? JSON.stringify(value, null, 2) : text}\n`;
  return {
    result: (value, text) => print("stdout", shown(value, text)),
    deliver: (value, text) =>
      muted ? Promise.resolve() : written(shown(value, text)),
    status(text) {
      if (terminal) print("stderr", text);
    },
    progress: (value, text) =>
      print("stderr", `${json ? JSON.stringify(value) : text}\n`),
    fail({ code, message }) {
      const error = { error: { code, message } };
      if (json) print("stdout", `${JSON.stringify(error, null, 2)}\n`);
      else print("stderr", `project-backups: ${message} [${code}]\n`);
    },
    mute() {
      muted = true;
    },
  };
}

function written(text: string): Promise<void> {
  const { stdout } = process;
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) =>
      reject(
        new BackupError("FILESYSTEM_FAILED", "It could not be printed.", {
          cause,
        }),
      );
    // A reader that has gone is told by an event.
    stdout.once("error", failed);
    stdout.write(text, (error) => {
      if (error) return failed(error);
      stdout.off("error", failed);
      resolve();
    });
  });
}
