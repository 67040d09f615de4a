import type { Checked } from "../../lib/store/repositories.js";
import type { Store } from "../../lib/store/index.js";
import { openTestStore } from "../support/job-rows.js";

const repository_id = "r";
const part = JSON.stringify({ data: "part" });
const errors = ["a pack is missing"];

describe("what is known of a repository", () => {
  let store: Store;
  beforeEach(() => {
    store = openTestStore();
    const names = { name: "main", kind: "local", location: "there" };
    store.repositories.opened({ repository_id, ...names }, 1);
  });
  afterEach(() => store.close());

  const known = () => store.repositories.get(repository_id);
  const checked = (found: Checked, now = 10) =>
    store.repositories.checked(repository_id, found, now);
  const maintained = (host_id: string | null) =>
    store.repositories.maintained(repository_id, host_id, 20);

  test("is no damage of the past once another host checks it", () => {
    maintained("host-1");
    checked({ errors, target: part });
    maintained(null);
    maintained("host-1");
    expect(known()).toMatchObject({ damage: JSON.stringify(errors) });
    maintained("host-2");
    const none = { damage: null, damage_target: null };
    expect(known()).toMatchObject({ ...none, maintainer: "host-2" });
    // Of a check that ended only then.
    checked({ errors });
    maintained("host-2");
    expect(known()).toMatchObject(none);
  });

  test("of its data stays when only the metadata is whole", () => {
    checked({ errors, target: part });
    checked({ errors: [] });
    expect(known()).toMatchObject({
      ...{ damage: JSON.stringify(errors), damage_target: part },
    });
    checked({ errors: [], target: part, part: 2 });
    expect(known()).toMatchObject({ damage: null, damage_target: null });
    checked({ errors });
    checked({ errors: [] });
    expect(known()).toMatchObject({ damage: null, damage_target: null });
  });

  test("of a part that was too large halves it, until a turn is over", () => {
    for (let time = 0; time < 7; time++)
      store.repositories.splitData(repository_id);
    expect(known()?.data_split).toBe(32);
    checked({ errors: [], target: part, part: 5 });
    expect(known()?.data_split).toBe(32);
    checked({ errors: [], target: part, part: 1 });
    expect(known()?.data_split).toBe(16);
    for (let turn = 0; turn < 7; turn++)
      checked({ errors: [], target: part, part: 1 });
    expect(known()?.data_split).toBe(1);
  });
});
