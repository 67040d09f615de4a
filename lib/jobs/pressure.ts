/** Is the machine too busy for scheduled backups? Pure. */

import type { PressureSample } from "../pressure.js";

export interface PressureLimits {
  /** Percent of 10 s in which some process waited for the disk. */
  io_percent: number;
  /** For a processor. */
  cpu_percent: number;
  /** For memory. */
  memory_percent: number;
  /** Less of the memory than this share is available. */
  memory_available: number;
  /** Less of the disk than this share is free. */
  disk_free: number;
}

export const defaultPressureLimits: PressureLimits = {
  // A backup that reads alone makes 20 to 30: it must not stop itself.
  io_percent: 60,
  // rustic at nice 10 makes others wait little, and itself much.
  cpu_percent: 80,
  // Memory stalls are felt by all at once, and end in kills.
  memory_percent: 20,
  // rustic takes some 100 MB for each million of files.
  memory_available: 0.08,
  // btrfs is in trouble before it is full; a snapshot keeps what is deleted.
  disk_free: 0.03,
};

/** What was high is so until it is below this part of its limit. */
const relief = 0.7;

/**
 * `before`: was it high? Then it must fall clearly: a value that moves about
 * its limit would open and close the gate all the time. What the kernel does
 * not say is no pressure.
 */
export function isHigh(
  sample: PressureSample,
  limits: PressureLimits,
  before: boolean,
): boolean {
  const part = before ? relief : 1;
  const exceeds = (value: number | null, limit: number) =>
    value !== null && value > limit * part;
  const lacks = (value: number | null, limit: number) =>
    value !== null && value < limit / part;
  return (
    exceeds(sample.io, limits.io_percent) ||
    exceeds(sample.cpu, limits.cpu_percent) ||
    exceeds(sample.memory, limits.memory_percent) ||
    lacks(sample.memory_available, limits.memory_available) ||
    lacks(sample.disk_free, limits.disk_free)
  );
}
