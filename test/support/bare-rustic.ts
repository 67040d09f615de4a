import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { GcsAccess } from "./servers/gcs.js";
import type { RestAccess } from "./servers/rest.js";
import type { S3Access } from "./servers/s3.js";
import { tempDir } from "./temp.js";
import { toolPath } from "./tools.js";

/** rustic without this package: one repository, one password, no cache. */
export type BareRustic = {
  /** Runs `rustic <args>` in `cwd`; resolves with stdout. */
  run(args: readonly string[], cwd?: string): Promise<string>;
};

export type BareRepository = {
  repository: string;
  options?: Record<string, string>;
};

/** Initialises the repository; later runs read the same profile. */
export async function initBareRustic(
  repository: BareRepository,
): Promise<BareRustic> {
  const dir = tempDir("rustic");
  const profile = join(dir, "profile.toml");
  writeFileSync(profile, profileText(repository), { mode: 0o600 });
  const command = toolPath("rustic");
  const run = async (args: readonly string[], cwd = dir) => {
    const all = ["-P", profile, "--no-progress", ...args];
    const { stdout } = await execa(command, all, { cwd });
    return stdout;
  };
  await run(["init"]);
  return { run };
}

export function restRepository(access: RestAccess): BareRepository {
  const url = new URL(access.url);
  url.username = access.username;
  url.password = access.password;
  return { repository: `rest:${url.href}` };
}

export function s3Repository(access: S3Access, root = "/"): BareRepository {
  const { endpoint, region, bucket } = access;
  const { access_key_id, secret_access_key } = access;
  const login = { access_key_id, secret_access_key };
  const options = { endpoint, region, bucket, root, ...login, ...noLookups };
  return { repository: "opendal:s3", options };
}

export function gcsRepository(access: GcsAccess, root = "/"): BareRepository {
  const { endpoint, bucket } = access;
  const anonymous = { skip_signature: "true", disable_vm_metadata: "true" };
  const options = { endpoint, bucket, root, ...anonymous };
  return {
    repository: "opendal:gcs",
    options: { ...options, disable_config_load: "true" },
  };
}

const noLookups = { disable_config_load: "true", disable_ec2_metadata: "true" };

function profileText({ repository, options = {} }: BareRepository): string {
  // A JSON string of plain ASCII is a TOML string too.
  const lines = Object.entries(options).map(
    ([name, value]) => `${name} = ${JSON.stringify(value)}`,
  );
  return [
    "[repository]",
    `repository = ${JSON.stringify(repository)}`,
    'password = "bare"',
    "no-cache = true",
    "[repository.options]",
    ...lines,
    "",
  ].join("\n");
}
