/**
 * Configuration: one TOML file, the environment and options of the host, as
 * one frozen, checked object. The one reader of process.env.
 */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import { BackupError, HostId, invalidArgument } from "../conat-api/index.js";
import { checkHostPolicy, HostPolicy } from "./host-policy.js";

export const configName = "project-backups.toml";

/** Where a secret is: never the secret itself. */
const Secret = z.union([
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ env: z.string().min(1) }),
]);
export type SecretReference = z.infer<typeof Secret>;

const named = {
  /** Names the key and kit files of this host. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
    .default("main"),
  /** false: this host never makes the repository, it only uses it. */
  init: z.boolean().default(true),
};

const absolutePath = z
  .string()
  .refine((path) => path.startsWith("/"), "must be an absolute path");

/** A folder inside a bucket: no empty or dot segments. */
const root = z
  .string()
  .regex(
    /^\/?([^/.][^/]*(\/[^/.][^/]*)*\/?)?$/,
    "must be a folder inside the bucket",
  )
  .default("/");

export const RepositoryConfig = z.discriminatedUnion("kind", [
  z.strictObject({ ...named, kind: z.literal("local"), path: absolutePath }),
  z.strictObject({
    ...named,
    kind: z.literal("rest"),
    url: z.url({ protocol: /^https?$/ }),
    username: z.string().optional(),
    password: Secret.optional(),
    ca_certificate: absolutePath.optional(),
  }),
  z.strictObject({
    ...named,
    kind: z.literal("s3"),
    endpoint: z.url({ protocol: /^https?$/ }),
    region: z.string().default("auto"),
    bucket: z.string().min(1),
    root,
    access_key_id: Secret,
    secret_access_key: Secret,
  }),
  z.strictObject({
    ...named,
    kind: z.literal("gcs"),
    bucket: z.string().min(3),
    root,
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    /** A service account's JSON; without it requests are anonymous. */
    credential: Secret.optional(),
  }),
]);
export type RepositoryConfig = z.infer<typeof RepositoryConfig>;

const Limits = z.strictObject({
  /** Jobs at once on this host, in all its processes. */
  jobs: z.number().int().min(1).max(64).default(2),
  /** For s3 and gcs. */
  bandwidth_bytes_per_second: z.number().int().min(65_536).optional(),
  nice: z.number().int().min(0).max(19).default(10),
  io_class: z.enum(["best-effort", "idle"]).default("best-effort"),
  /** STALLED after this long without any sign of life. */
  idle_timeout_seconds: z.number().min(1).default(1800),
  /** A closing host waits this long for its jobs before it stops them. */
  drain_seconds: z.number().min(0).default(20),
});

const Restore = z.strictObject({
  /** Directories below which the hub and the local CLI may restore. */
  directories: z.array(absolutePath).default([]),
  /** May a collaborator, not only the owner, restore in place? */
  collaborators_in_place: z.boolean().default(false),
});

const Commands = z.strictObject({
  rustic: z.string().min(1).optional(),
  btrfs: z.string().min(1).default("btrfs"),
});

/** For a machine without CoCalc. */
const Standalone = z.strictObject({
  /** Projects are its directories named by a UUID. */
  directory: absolutePath,
  /** `[project_id]` stands for the project's id. */
  persist: absolutePath.optional(),
});

const minutes = z.number().int().min(1);
const share = z.number().min(0).max(1);

/** When this host makes backups by itself. */
const Scheduling = z.strictObject({
  /** false: no backup by itself; retention, prune and check go on. */
  enabled: z.boolean().default(true),
  /** HH:MM in `time_zone`. */
  window_start: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM")
    .default("00:00"),
  window_minutes: minutes.max(1440).default(360),
  /** An IANA name. */
  time_zone: z
    .string()
    .refine(isTimeZone, "must be a time zone, such as Europe/Vienna")
    .default("UTC"),
  /** What was missed in a downtime is spread over this long. */
  catch_up_minutes: minutes.default(120),
  /** A host under pressure starts what has waited longer than this. */
  starvation_minutes: minutes.default(240),
  /** And what has had an unprotected change for longer than this. */
  exposure_minutes: minutes.default(1500),
  /** A project is read in full at least once in so many days. */
  walk_days: z.number().min(0).max(365).default(7),
});

/** More than this: scheduled backups wait. */
const Pressure = z.strictObject({
  io_percent: z.number().min(0).max(100).default(60),
  cpu_percent: z.number().min(0).max(100).default(80),
  memory_percent: z.number().min(0).max(100).default(20),
  /** Less than this share. */
  memory_available: share.default(0.08),
  disk_free: share.default(0.03),
});

const Retaining = z.strictObject({
  /** A forgotten backup can be taken back for so long. */
  unforget_days: z.number().min(0).max(365).default(7),
  /** The backups of a deleted project stay for so long. */
  deleted_days: z.number().min(0).max(3650).default(30),
  /** Rows of jobs. */
  history_days: z.number().min(1).max(3650).default(90),
});

/** Work on the repository itself. */
const Maintenance = z.strictObject({
  /**
   * The one host that prunes and checks; without it the host's own port
   * says, and where that says nothing nobody does.
   */
  maintainer: HostId.optional(),
  prune_days: z.number().min(0.04).max(365).default(7),
  /** Or as soon as so many index files have come: each slows every command. */
  index_files: z.number().int().min(2).default(200),
  /** How long a pack that nothing needs stays, once it was found. */
  keep_delete_hours: z.number().min(1).max(8760).default(48),
  /** A prune writes at most so much anew. */
  repack_bytes: z.number().int().min(0).default(20_000_000_000),
  /** One prune, or one part of a check; it goes on the next time. */
  budget_minutes: minutes.default(240),
  check_hours: z.number().min(1).max(8760).default(24),
  /** All data is read once in so many parts, a part a day. */
  data_parts: z.number().int().min(1).max(1000).default(30),
});

/** Snapshots kept to tell what changed since. */
const Bases = z.strictObject({
  enabled: z.boolean().default(true),
  /** Where less of the disk is free they go, oldest first. */
  disk_free: share.default(0.1),
});

const ConfigFile = z.strictObject({
  host_id: HostId.optional(),
  projects: Standalone.optional(),
  repository: RepositoryConfig,
  limits: Limits.prefault({}),
  restore: Restore.prefault({}),
  commands: Commands.prefault({}),
  schedule: Scheduling.prefault({}),
  pressure: Pressure.prefault({}),
  policy: HostPolicy.prefault({}),
  retention: Retaining.prefault({}),
  maintenance: Maintenance.prefault({}),
  bases: Bases.prefault({}),
  /**
   * Where stages, restores under way and kept trees live; it must be on the
   * projects' file system. Default: `.project-backups` beside each project.
   */
  work_directory: absolutePath.optional(),
});

export interface Config extends z.infer<typeof ConfigFile> {
  /** What commands see of this process's environment, and secrets by name. */
  environment: Readonly<Record<string, string>>;
}

/** Of our own environment only these reach a command. */
const passedOn = [
  "PATH",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
] as const;

/** @throws BackupError INVALID_ARGUMENT that names the field. */
export function parseConfig(file: unknown): Config {
  const parsed = ConfigFile.safeParse(file);
  if (!parsed.success) {
    throw invalidArgument(parsed.error, "Configuration, ");
  }
  const config = parsed.data;
  checkHostPolicy(config.policy);
  const { kind } = config.repository;
  if (
    config.limits.bandwidth_bytes_per_second !== undefined &&
    (kind === "local" || kind === "rest")
  ) {
    throw new BackupError(
      "INVALID_ARGUMENT",
      `limits.bandwidth_bytes_per_second has no effect on a ${kind} repository.`,
      { hint: "Leave it out: rustic can only limit s3 and gcs." },
    );
  }
  return deepFreeze({ ...config, environment: commandEnvironment() });
}

/**
 * Reads `<dataDir>/project-backups.toml`, or the file at `path`.
 *
 * @throws BackupError NOT_FOUND, FILESYSTEM_FAILED or INVALID_ARGUMENT
 */
export function readConfig(
  dataDir: string,
  path = join(dataDir, configName),
): Config {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return parseConfig(parseToml(text));
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError(
      "INVALID_ARGUMENT",
      `${path} is not valid TOML: ${(error as Error).message.split("\n")[0]}.`,
      { cause: error },
    );
  }
}

/** @throws BackupError INVALID_ARGUMENT when it is missing or empty. */
export function readSecret(reference: SecretReference): string {
  const [where, value] =
    "file" in reference
      ? [`the file ${reference.file}`, readOptional(reference.file)]
      : [`the variable ${reference.env}`, process.env[reference.env]];
  const secret = value?.trim();
  if (secret) return secret;
  throw new BackupError(
    "INVALID_ARGUMENT",
    `A secret of the repository should be in ${where}, but nothing is there.`,
  );
}

/** `--data-dir` of the command line when it is not given. */
export function defaultDataDir(): string | undefined {
  return process.env.PROJECT_BACKUPS_DATA_DIR;
}

/** Where the set-up script puts a rustic that it had to build. */
export function rusticCandidates(configured: string | undefined): string[] {
  if (configured !== undefined) return [configured];
  const { PROJECT_BACKUPS_RUSTIC, HOME, XDG_CACHE_HOME } = process.env;
  const { PROJECT_BACKUPS_CACHE } = process.env;
  const cache =
    PROJECT_BACKUPS_CACHE ??
    join(
      XDG_CACHE_HOME ?? join(HOME ?? "/root", ".cache"),
      "cocalc-project-backups",
    );
  return [
    ...(PROJECT_BACKUPS_RUSTIC ? [PROJECT_BACKUPS_RUSTIC] : []),
    "rustic",
    resolve(cache, "rustic-0.11.4", "bin", "rustic"),
  ];
}

function commandEnvironment(): Record<string, string> {
  const environment: Record<string, string> = { LANG: "C.UTF-8" };
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

function unreadable(path: string, cause: unknown): BackupError {
  const { code = "" } = cause as { code?: string };
  return ["ENOENT", "ENOTDIR"].includes(code)
    ? new BackupError("NOT_FOUND", `There is no configuration at ${path}.`, {
        hint: "Make one with: project-backups host init",
        cause,
      })
    : new BackupError(
        "FILESYSTEM_FAILED",
        `The configuration at ${path} cannot be read (${code}).`,
        { hint: "Make it a file that this user may read.", cause },
      );
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
