/** The child that copies SQLite databases, as far as the model needs it. */

import { copyFile } from "./doors/fs-promises.js";

/** The pairs come before the script, on stdin. */
export async function captureProgram(
  input: string,
  out: (text: string) => void,
): Promise<number> {
  const [, json = "{}"] = /^globalThis\.captures = (.*);$/m.exec(input) ?? [];
  const { pairs } = JSON.parse(json) as {
    pairs: { source: string; copy: string }[];
  };
  for (const { source, copy } of pairs) {
    const error = await copyFile(source, copy).then(
      () => undefined,
      (thrown: unknown) => String(thrown),
    );
    out(`${JSON.stringify({ source, error })}\n`);
  }
  return 0;
}
