/**
 * A kind of repository is a handful of options for rustic: here they are,
 * and nowhere else.
 */

import { pathToFileURL } from "node:url";
import { BackupError } from "../../conat-api/index.js";
import { readSecret, type RepositoryConfig } from "../config.js";

export interface Location {
  /** rustic's `repository` value. */
  repository: string;
  options: Record<string, string>;
  /** For people and rows: no secret in it. */
  display: string;
  remote: boolean;
  /** What must never reach a log, a row or an error. */
  secrets: string[];
  /** Names of the credentials, for the recovery kit. */
  credentials: string[];
}

/**
 * opendal's throttle is "bandwidth,burst" in bytes, each below 4 GiB. A write
 * larger than the burst is refused for good, so it must hold a whole pack:
 * 64 MiB (see setup.ts) and the last blob. It begins full: this much of each
 * command goes out as fast as it can.
 */
const burstBytes = 80 * 1024 * 1024;
const largestRate = 2 ** 32 - 1;

/** @throws BackupError INVALID_ARGUMENT when a secret is not where it should be. */
export function locate(
  config: RepositoryConfig,
  bandwidth?: number | undefined,
): Location {
  const location = locateKind(config);
  if (bandwidth !== undefined) {
    const rate = Math.min(bandwidth, largestRate);
    location.options.throttle = `${rate},${Math.max(rate, burstBytes)}`;
  }
  return location;
}

function locateKind(config: RepositoryConfig): Location {
  switch (config.kind) {
    case "local":
      return {
        repository: `local:${config.path}`,
        options: {},
        display: pathToFileURL(config.path).href,
        remote: false,
        secrets: [],
        credentials: [],
      };
    case "rest":
      return locateRest(config);
    case "s3":
      return locateS3(config);
    case "gcs":
      return locateGcs(config);
  }
}

type Kind<K extends RepositoryConfig["kind"]> = Extract<
  RepositoryConfig,
  { kind: K }
>;

function locateRest(config: Kind<"rest">): Location {
  const url = new URL(config.url);
  if (url.username || url.password) {
    throw new BackupError(
      "INVALID_ARGUMENT",
      "repository.url holds a user name or password.",
      { hint: "Use repository.username and repository.password instead." },
    );
  }
  const display = `rest:${url.origin}${url.pathname}`;
  const secrets: string[] = [];
  // The setters leave a % as it is: "%41" would arrive as "A".
  if (config.username !== undefined) {
    url.username = encodeURIComponent(config.username);
  }
  if (config.password !== undefined) {
    const password = readSecret(config.password);
    url.password = encodeURIComponent(password);
    secrets.push(password, url.password);
  }
  return {
    repository: `rest:${url.href}`,
    options: config.ca_certificate ? { cacert: config.ca_certificate } : {},
    display,
    remote: true,
    secrets,
    credentials: config.password ? ["username", "password"] : [],
  };
}

function locateS3(config: Kind<"s3">): Location {
  const access_key_id = readSecret(config.access_key_id);
  const secret_access_key = readSecret(config.secret_access_key);
  return {
    repository: "opendal:s3",
    options: {
      endpoint: config.endpoint,
      region: config.region,
      bucket: config.bucket,
      root: folder(config.root) || "/",
      access_key_id,
      secret_access_key,
      // Never the machine's own identity.
      disable_config_load: "true",
      disable_ec2_metadata: "true",
    },
    display: `s3:${address(config.endpoint)}/${config.bucket}${folder(config.root)}`,
    remote: true,
    secrets: [access_key_id, secret_access_key],
    credentials: ["access_key_id", "secret_access_key"],
  };
}

function locateGcs(config: Kind<"gcs">): Location {
  const credential = config.credential && readSecret(config.credential);
  const encoded = credential && Buffer.from(credential).toString("base64");
  return {
    repository: "opendal:gcs",
    options: {
      bucket: config.bucket,
      root: folder(config.root) || "/",
      ...(config.endpoint ? { endpoint: config.endpoint } : {}),
      ...(encoded ? { credential: encoded } : { skip_signature: "true" }),
      disable_vm_metadata: "true",
      disable_config_load: "true",
    },
    display: `gs://${config.bucket}${folder(config.root)}`,
    remote: true,
    secrets: credential && encoded ? [credential, encoded] : [],
    credentials: encoded ? ["credential"] : [],
  };
}

function address(endpoint: string): string {
  const { origin, pathname } = new URL(endpoint);
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}

/** However it was written: one name for one place, none for the top. */
function folder(root: string): string {
  const inner = root.replace(/^\/+|\/+$/g, "");
  return inner ? `/${inner}` : "";
}
