/** What retention looks at. */

import type {
  Backup,
  ManualRetention,
  Retention,
} from "../../../conat-api/index.js";

export type RetentionBackup = Pick<
  Backup,
  "backup_id" | "time" | "trigger" | "pinned" | "unproven" | "warnings_count"
>;

export interface RetentionPolicy {
  keep: Retention;
  keep_manual: ManualRetention;
}
