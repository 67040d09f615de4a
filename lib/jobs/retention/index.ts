/** Which backups are kept: pure decisions. */

export type { RetentionBackup, RetentionPolicy } from "./backup.js";
export { isEmptyManualRetention, isEmptyRetention } from "./empty.js";
export { pinsLeft } from "./pins.js";
export { planRetention, type RetentionOptions } from "./plan.js";
