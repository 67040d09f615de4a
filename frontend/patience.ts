/** How long a host may be silent before it is waited for no more. */

import { BackupError } from "../conat-api/index.js";

export const patienceMs = 20_000;

/** @throws BackupError when the answer is late, or nobody wants it any more. */
export async function patiently<T>(
  answer: Promise<T>,
  closing: AbortSignal,
): Promise<T> {
  let end = () => {};
  const never = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => reject(silence()), patienceMs);
    end = () => {
      clearTimeout(timer);
      reject(new BackupError("CANCELLED", "The panel was closed."));
    };
  });
  closing.addEventListener("abort", end);
  try {
    return await Promise.race([answer, never]);
  } finally {
    closing.removeEventListener("abort", end);
    end();
  }
}

export const silence = () =>
  new BackupError("INTERRUPTED", "The project's host does not answer.", {
    cause: { code: 408 },
  });
