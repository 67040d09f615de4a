/** Waits for `work`, but not longer; it goes on all the same. */
export async function forAMoment(
  work: Promise<unknown>,
  atMostMs: number,
): Promise<void> {
  let patience: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    patience = setTimeout(resolve, atMostMs);
  });
  await Promise.race([work, over]);
  clearTimeout(patience);
}
