/** The last line of a backup with `--json-progress`. */

import { z } from "zod";
import { BackupId } from "../../../conat-api/index.js";

/** All that rustic prints: one that was cut proves nothing. */
export const Summary = z.object({
  message_type: z.literal("summary"),
  files_new: z.number(),
  files_changed: z.number(),
  files_unmodified: z.number(),
  dirs_new: z.number(),
  dirs_changed: z.number(),
  dirs_unmodified: z.number(),
  data_blobs: z.number(),
  tree_blobs: z.number(),
  data_added: z.number(),
  data_added_packed: z.number(),
  total_files_processed: z.number(),
  total_bytes_processed: z.number(),
  total_duration: z.number(),
  /** Not there: no snapshot was written. */
  snapshot_id: BackupId.optional(),
});
