/** What a capture needs, bundled into a host or not. */

import { BackupError } from "../../conat-api/index.js";
import type { CaptureProgram } from "./sqlite-capture.js";
import { script } from "./sqlite-capture.script.js";

/** @throws BackupError INTERNAL: SQLite's addon is not loaded. */
export function captureProgram(): CaptureProgram {
  return { script, addon: loadedAddon() };
}

/**
 * The addon that this process runs on, wherever a bundler has put it. The
 * report is the documented way to learn of loaded libraries.
 */
function loadedAddon(): string {
  const { sharedObjects } = process.report.getReport() as unknown as {
    sharedObjects: string[];
  };
  const addon = sharedObjects.find((path) =>
    path.endsWith("/better_sqlite3.node"),
  );
  if (addon !== undefined) return addon;
  throw new BackupError("INTERNAL", "SQLite's addon is not loaded.");
}
