import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { buildCli } from "../support/cli.js";
import { makeCliHost } from "../support/cli-host.js";
import { describeReal } from "../support/tools.js";

beforeAll(buildCli, 60_000);

describeReal("repo, of a damaged repository", { needs: ["rustic"] }, () => {
  test("prunes only when told so although it is damaged", async () => {
    const host_id = randomUUID();
    const maintenance = { maintainer: host_id };
    const host = makeCliHost({ host_id, maintenance });
    await host.run("backup", host.project_id);
    expect(await host.run("repo", "check")).toMatchObject({ exitCode: 0 });
    const data = join(host.root, "repository", "data");
    const packs = readdirSync(data, { recursive: true })
      .map((name) => join(data, String(name)))
      .filter((path) => statSync(path).isFile());
    rmSync(String(packs[0]));
    const damaged = { job: { error_code: "REPOSITORY_DAMAGED" } };
    expect(await host.json("repo", "check")).toMatchObject(damaged);
    const refused = await host.run("repo", "prune");
    expect(refused.exitCode).toBeGreaterThan(0);
    expect(refused.stdout).toContain("repo prune --despite-damage");
    // What rustic makes of it is another matter: it was asked.
    const told = await host.run("repo", "prune", "--despite-damage");
    expect(told.stdout).not.toContain("nothing is removed from it");
    const { repositories } = await host.json<{
      repositories: { jobs: { kind: string; phase: string | null }[] }[];
    }>("repo", "show");
    const [newest, before] = repositories[0]?.jobs ?? [];
    expect([newest, before]).toMatchObject([
      { kind: "prune", phase: "pruning" },
      { kind: "prune", phase: "preparing" },
    ]);
  });
});
