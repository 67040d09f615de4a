/** What zod found wrong, as one sentence that names the field. */

import type { z } from "zod";
import { BackupError } from "./errors.js";

/** `where`: what the field stands in, if that is not clear by itself. */
export function invalidArgument(error: z.ZodError, where = ""): BackupError {
  const issue = error.issues[0];
  const field = issue?.path.join(".");
  return new BackupError(
    "INVALID_ARGUMENT",
    `${where}${field ? `${field}: ` : ""}${issue?.message ?? "not valid"}.`,
    { cause: error },
  );
}
