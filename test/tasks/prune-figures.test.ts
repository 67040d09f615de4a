import type { PruneResult } from "../../lib/repository/index.js";
import { changesOf, sumOf } from "../../lib/tasks/prune-figures.js";

const pass: PruneResult = {
  ...{ packs_repacked: 1, packs_recovered: 0, index_files_rebuilt: 2 },
  ...{ packs_marked: 3, bytes_marked: 300 },
  ...{ packs_removed: 4, bytes_removed: 400 },
  ...{ packs_waiting: 5, bytes_waiting: 500 },
  ...{ bytes_used: 6000, bytes_unused: 7 },
};

describe("the figures of a prune", () => {
  test("add up what its passes marked and removed, in packs and in bytes", () => {
    expect(sumOf(sumOf(undefined, pass), pass)).toMatchObject({
      ...{ passes: 2, changed: 16 },
      ...{ packs_marked: 6, bytes_marked: 600 },
      ...{ packs_removed: 8, bytes_removed: 800 },
    });
  });

  test("say of what is left only what the last pass saw", () => {
    const later = { ...pass, packs_waiting: 0, bytes_used: 10 };
    expect(sumOf(sumOf(undefined, pass), later)).toMatchObject({
      ...{ packs_waiting: 0, bytes_used: 10, bytes_unused: 7 },
    });
  });

  test("count nothing that only waits as a change, nor index files", () => {
    const idle = { packs_repacked: 0, packs_marked: 0, packs_removed: 0 };
    expect(changesOf({ ...pass, ...idle, index_files_rebuilt: 9 })).toBe(0);
  });
});
