/** What outlives a test on purpose; whoever starts it registers it here. */
export const fixtures = {
  pids: new Set<number>(),
  mounts: new Set<string>(),
  loops: new Set<string>(),
};

/** A process (with its descendants) that is no leak until it is released. */
export function keep(pid: number): { release(): void } {
  return kept(fixtures.pids, pid);
}

/** A mount point (absolute path) that is no leak until it is released. */
export function keepMount(target: string): { release(): void } {
  return kept(fixtures.mounts, target);
}

/** A loop device (`/dev/loop3`) that is no leak until it is released. */
export function keepLoop(device: string): { release(): void } {
  return kept(fixtures.loops, device);
}

function kept<T>(set: Set<T>, item: T): { release(): void } {
  set.add(item);
  return { release: () => void set.delete(item) };
}
