/** How many backups of a project may still be pinned; pure. */

/**
 * Two places of a quota stay free of pins: the newest good backup, and the
 * next one before the oldest goes. Infinity: there is no quota.
 */
export function pinsLeft(
  backups: readonly { pinned: boolean }[],
  max_backups: number | null,
): number {
  if (max_backups === null) return Infinity;
  const pinned = backups.filter(({ pinned }) => pinned).length;
  return Math.max(0, max_backups - 2 - pinned);
}
