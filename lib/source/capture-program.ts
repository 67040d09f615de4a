/** What a capture needs, bundled into a host or not. */

import { BackupError } from "../../conat-api/index.js";
import type { CaptureProgram } from "./sqlite-capture.js";
import { script } from "./sqlite-capture.script.js";

/**
 * Takes 15 to 33 ms: ask once.
 *
 * @throws BackupError INTERNAL: SQLite's addon is not loaded.
 */
export function captureProgram(): CaptureProgram {
  return { script, addon: loadedAddon() };
}

/**
 * The addon that this process runs on, wherever a bundler has put it. The
 * report is the documented way to learn of loaded libraries.
 */
function loadedAddon(): string {
  const { sharedObjects } = reportWithoutNetwork();
  const addon = sharedObjects.find((path) =>
    path.endsWith("/better_sqlite3.node"),
  );
  if (addon !== undefined) return addon;
  throw new BackupError("INTERNAL", "SQLite's addon is not loaded.");
}

/**
 * Of open sockets the report would look up names in the DNS, one after the
 * other, in the main thread; older versions of Node cannot leave that out.
 */
function reportWithoutNetwork(): { sharedObjects: string[] } {
  const report = process.report as typeof process.report & {
    excludeNetwork?: boolean;
  };
  const { excludeNetwork } = report;
  if (excludeNetwork !== undefined) report.excludeNetwork = true;
  try {
    return report.getReport() as unknown as { sharedObjects: string[] };
  } finally {
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}
