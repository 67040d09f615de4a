/** Two who ask for the same work on a repository: one job does for both. */

/** Reading more data comes later. */
const data = [undefined, "part", "all"];

/** Targets as JSON; null: nothing besides. */
export function strongerTarget(
  one: string | null,
  other: string | null,
): string | null {
  if (one === null || other === null) return one ?? other;
  const [first, second] = [parse(one), parse(other)];
  const isMore = data.indexOf(second.data) > data.indexOf(first.data);
  return JSON.stringify({
    ...first,
    ...second,
    data: isMore ? second.data : first.data,
  });
}

function parse(target: string): Record<string, unknown> & { data?: string } {
  return JSON.parse(target);
}
