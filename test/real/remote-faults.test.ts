import pLimit from "p-limit";
import { describeReal } from "../support/tools.js";
import {
  backUpThrough,
  type Ground,
  isHealthy,
  nextBackup,
  prepareGround,
} from "./remote-faults-ground.js";
import { fine, type Row, rows } from "./remote-faults-rows.js";

const needs = ["root", "mount", "unshare", "rustic", "rclone"] as const;

describeReal("a backup to a REST server that goes wrong", { needs }, () => {
  let ground: Ground;
  const outcomes = new Map<string, Promise<object>>();

  // All of them: what one still needs would be a leak of another's test.
  beforeAll(async () => {
    ground = await prepareGround();
    const limit = pLimit(8);
    for (const row of rows) {
      outcomes.set(
        row.fault,
        limit(() => outcomeOf(row)),
      );
    }
    await Promise.allSettled(outcomes.values());
  }, 300_000);
  afterAll(() => ground.server.stop());

  async function outcomeOf({ rules, options, refused }: Row) {
    const tenant = await ground.tenant(options);
    try {
      const ending = await backUpThrough(tenant, { rules, refused });
      const healthy = await isHealthy(tenant);
      return { ...ending, healthy, next: await nextBackup(tenant) };
    } finally {
      await tenant.stop();
    }
  }

  test.each(rows)(
    "$fault: $ending.state $ending.code",
    async ({ fault, ending, after = fine }) => {
      expect(await outcomes.get(fault)).toEqual({ ...ending, ...after });
    },
  );
});
