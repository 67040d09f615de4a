import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorCode } from "../../conat-api/index.js";
import {
  answer,
  cutReply,
  dropBeforeRead,
  type Fault,
  flipBit,
  hang,
  loseReply,
  type Rule,
  shortReply,
} from "../support/fault-proxy.js";
import { describeReal } from "../support/tools.js";
import {
  during,
  endingOf,
  type Ground,
  isHealthy,
  nextBackup,
  prepareGround,
  type Tenant,
  type TenantOptions,
} from "./remote-faults-ground.js";

const needs = ["root", "mount", "unshare", "rustic", "rclone"] as const;

interface Row {
  fault: string;
  rules: Rule[];
  /** null: it succeeds, and what it wrote is equal. */
  code: ErrorCode | null;
  options?: TenantOptions;
}

const gets = (fault: Fault, times = Infinity): Rule[] => [
  { on: "GET data", fault, times },
];
const everything = (fault: Fault): Rule[] => [{ on: "* *", fault }];

const rows: Row[] = [
  { fault: "401", rules: everything(answer(401)), code: "REPOSITORY_REJECTED" },
  { fault: "403", rules: everything(answer(403)), code: "REPOSITORY_REJECTED" },
  { fault: "404", rules: everything(answer(404)), code: "REPOSITORY_MISSING" },
  {
    fault: "404 on GET data",
    rules: gets(answer(404)),
    code: "REPOSITORY_DAMAGED",
  },
  { fault: "500 on GET data, once", rules: gets(answer(500), 1), code: null },
  { fault: "GET data cut off, once", rules: gets(cutReply, 1), code: null },
  {
    fault: "GET data dropped, once",
    rules: gets(dropBeforeRead, 1),
    code: null,
  },
  {
    fault: "GET data cut off, always",
    rules: gets(cutReply),
    code: "REPOSITORY_UNREACHABLE",
  },
  {
    fault: "GET data that hangs",
    rules: gets(hang),
    code: "STALLED",
    options: { idle_timeout_seconds: 3 },
  },
  {
    fault: "GET data short but clean",
    rules: gets(shortReply),
    code: "REPOSITORY_DAMAGED",
  },
  {
    fault: "GET data with a bit flipped",
    rules: gets(flipBit),
    code: "REPOSITORY_DAMAGED",
  },
];

describeReal("a restore from a REST server that goes wrong", { needs }, () => {
  let ground: Ground;

  beforeAll(async () => {
    ground = await prepareGround();
  });
  afterAll(() => ground.server.stop());

  test.concurrent.each(rows)(
    "$fault: $code",
    async ({ rules, code, options }) => {
      const tenant = await ground.tenant(options);
      try {
        const ending = await restoreThrough(tenant, rules);
        const state = code ? "failed" : "succeeded";
        const equal = code === null;
        expect(ending).toMatchObject({ state, code, equal, retried: false });
        expect(await isHealthy(tenant)).toBe(true);
        const next = await restoreThrough(tenant, []);
        expect(next).toMatchObject({ state: "succeeded", equal: true });
      } finally {
        await tenant.stop();
      }
    },
    120_000,
  );
});

/** Of a backup that went well; `equal`: what it wrote is the project. */
async function restoreThrough(tenant: Tenant, rules: Rule[]) {
  const { project_id, config } = tenant;
  const { backup_id } = await tenant.backup(project_id);
  const [top = ""] = config.restore.directories;
  const path = join(top, randomUUID());
  const target = { type: "directory", path } as const;
  const job = await during(tenant, { rules }, async () => {
    const input = { project_id, backup_id, target };
    const { job } = await tenant.local("restore", input);
    return tenant.ended(job);
  });
  const ending = await endingOf(tenant, job);
  return { ...ending, equal: isEqual(tenant, join(path, "project")) };
}

function isEqual({ projectDir, project_id }: Tenant, restored: string) {
  const files = [restored, projectDir(project_id)].map((directory) =>
    join(directory, "notes.txt"),
  );
  if (!files.every((file) => existsSync(file))) return false;
  const [one, other] = files.map((file) => readFileSync(file, "utf8"));
  return one === other;
}

describeReal("a repository whose making lost a reply", { needs }, () => {
  test.each(["config", "keys"])(
    "to POST %s is found by the next backup",
    async (kind) => {
      const ground = await prepareGround();
      const tenant = await ground.tenant({ made: false });
      try {
        const { project_id } = tenant;
        const rules = [{ on: `POST ${kind}`, times: 1, fault: loseReply }];
        const job = await during(tenant, { rules }, async () => {
          const { job } = await tenant.local("start", { project_id });
          return tenant.ended(job);
        });
        expect(await endingOf(tenant, job)).toEqual({
          state: "failed",
          code: "REPOSITORY_UNREACHABLE",
          says: "Could not make the repository: a reply of the repository was lost on its way. It is tried again by itself.",
          retried: true,
        });
        expect(await nextBackup(tenant)).toBe("succeeded");
        expect(await isHealthy(tenant)).toBe(true);
      } finally {
        await tenant.stop();
        await ground.server.stop();
      }
    },
  );
});
