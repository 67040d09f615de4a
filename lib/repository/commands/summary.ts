/** The last line of a backup with `--json-progress`. */

import { z } from "zod";
import { BackupId } from "../../../conat-api/index.js";

export const Summary = z.object({
  message_type: z.literal("summary"),
  total_bytes_processed: z.number(),
  total_files_processed: z.number(),
  data_added_packed: z.number(),
  /** Not there: no snapshot was written. */
  snapshot_id: BackupId.optional(),
});
