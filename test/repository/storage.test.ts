import { createHash, randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { backupCommand } from "../../lib/repository/commands/backup.js";
import { initCommand } from "../../lib/repository/commands/setup.js";
import { type Location, locate } from "../../lib/repository/location.js";
import { openRepository } from "../../lib/repository/open.js";
import { startRest } from "../support/servers/rest.js";
import { startS3 } from "../support/servers/s3.js";
import { describeReal } from "../support/tools.js";
import {
  configOf,
  hostRustic,
  job_id,
  openingOf,
  project_id,
  restConfig,
  s3Config,
  stageWith,
} from "./ground.js";

describeReal("REST", { needs: ["rustic", "rclone"] }, () => {
  test.each([
    ["p@ss:w/ö%", "backup"],
    ["%41%2f+ &?#'\"\\", "ho st@ü"],
  ])("works with the password %s of %s", async (password, username) => {
    const server = await startRest();
    const hash = createHash("sha1").update(password).digest("base64");
    // The later line of a name counts; the server reads the file anew.
    const file = join(dirname(server.storage), "htpasswd");
    appendFileSync(file, `${username}:{SHA}${hash}\n`);
    const access = { ...server, username, password };
    const opening = openingOf(restConfig(access, "a host/"), {});
    try {
      const { repository_id } = await openRepository(opening);
      expect(repository_id).toMatch(/^[0-9a-f]{64}$/);
      const wrong = openingOf(restConfig({ ...access, password: "A" }), {});
      await expect(openRepository(wrong)).rejects.toMatchObject({
        code: "REPOSITORY_REJECTED",
        message: expect.stringContaining("credentials"),
      });
    } finally {
      await server.stop();
    }
  });
});

describeReal("a bandwidth limit", { needs: ["rustic", "versitygw"] }, () => {
  const mib = 1024 ** 2;

  // The first 80 MiB of a command are free: a pack must fit in them whole.
  test("slows an upload to its rate", async () => {
    const server = await startS3();
    const rate = 6 * mib;
    const size = 100 * mib;
    const stage = stageWith({ large: randomBytes(size) });
    const { repository } = configOf(s3Config(server));
    try {
      await run(locate(repository), initCommand);
      const atLeastMs = ((size - 80 * mib) / rate) * 1000;
      const limited = await backUp(locate(repository, rate), stage);
      expect(limited).toBeGreaterThan(atLeastMs);
      // 64 KiB/s would take minutes: what is small goes out at once.
      const small = stageWith({ small: randomBytes(2 * mib) });
      expect(await backUp(locate(repository, 65_536), small)).toBeLessThan(
        10_000,
      );
    } finally {
      await server.stop();
    }
  });

  async function backUp(location: Location, directory: string) {
    const began = performance.now();
    const input = { directory, source: ["."], project_id, job_id };
    await run(location, backupCommand({ ...input, onBytes: () => {} }));
    return performance.now() - began;
  }

  const run = (
    location: Location,
    command: Parameters<ReturnType<typeof hostRustic>["call"]>[2],
  ) => hostRustic().call(location, { password: "x" }, command);
});
