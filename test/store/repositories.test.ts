import type { Store } from "../../lib/store/index.js";
import { openTestStore } from "../support/job-rows.js";

const repository_id = "r";
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
  const checked = (found: { errors: string[] }) =>
    store.repositories.checked(repository_id, found, 10);
  const maintained = (host_id: string | null) =>
    store.repositories.maintained(repository_id, host_id, 20);

  test("is no damage of the past once another host checks it", () => {
    maintained("host-1");
    checked({ errors });
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
});
