/** Chance that stays the same: a project keeps its place in the window. */

/**
 * A fraction from 0 up to 1, the same for ever. Different salts are
 * independent of each other. FNV-1a alone leaves its upper bits poorly mixed
 * for ids that differ in few places: one step of Murmur's end mends it.
 */
export function fractionOf(project_id: string, salt: number): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let i = 0; i < project_id.length; i++) {
    hash = Math.imul(hash ^ project_id.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** What chance is asked for. */
export const salts = { window: 0, catchUp: 1, backOff: 2 } as const;
