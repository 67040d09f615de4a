import { defaultPolicy, type Policy } from "../../conat-api/index.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";

describe("a policy", () => {
  let engine: TestEngine;
  let project_id: string;

  beforeEach(async () => {
    engine = await startTestEngine({ work: false });
    project_id = engine.projects[0] as string;
  });
  afterEach(() => engine.close());

  const keeping = (daily: number): Policy => ({
    ...defaultPolicy,
    keep: { ...defaultPolicy.keep, daily },
  });
  const set = (policy: Policy | null, expected?: Policy | null) =>
    engine.local("set_policy", {
      ...{ project_id, policy },
      ...(expected === undefined ? {} : { expected }),
    });
  const own = async () =>
    (await engine.local("get_policy", { project_id })).own;

  const refused = {
    code: "CONFLICT",
    message: expect.stringContaining("has changed the policy meanwhile"),
  };

  test("is set where it is what its caller saw", async () => {
    expect(await own()).toBeNull();
    await set(keeping(1), null);
    await set(keeping(2), keeping(1));
    expect(await own()).toEqual(keeping(2));
    await set(null, keeping(2));
    expect(await own()).toBeNull();
  });

  test("that somebody else has changed meanwhile stays as they left it", async () => {
    await set(keeping(1), null);
    for (const expected of [null, keeping(2)]) {
      await expect(set(keeping(3), expected)).rejects.toMatchObject(refused);
    }
    await expect(set(null, keeping(2))).rejects.toMatchObject(refused);
    expect(await own()).toEqual(keeping(1));
    // They gave up their own.
    await set(null);
    await expect(set(keeping(3), keeping(1))).rejects.toMatchObject(refused);
  });

  test("that is the wanted one already is no conflict: an answer was lost", async () => {
    await set(keeping(1), null);
    expect(await set(keeping(1), null)).toMatchObject({ own: keeping(1) });
  });

  test("is set by a caller of old, who does not say what was seen", async () => {
    await set(keeping(1));
    await set(keeping(2));
    expect(await own()).toEqual(keeping(2));
  });
});
