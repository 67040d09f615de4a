/** Long work of one client makes room for the others. */

const every = 50;

/** Awaited with each step's number; the event loop goes round now and then. */
export function takeTurns(step: number): Promise<void> | undefined {
  return step % every === every - 1 ? nextTurn() : undefined;
}

export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
