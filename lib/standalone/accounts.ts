/** Who may sign in on a machine without CoCalc, and their roles. */

import { createHash, randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import {
  AccountId,
  BackupError,
  invalidArgument,
  ProjectId,
} from "../../conat-api/index.js";
import type { Role } from "../host.js";
import { manageFile } from "./managed-file.js";

const Role = z.enum(["owner", "collaborator", "viewer"]);

const Account = z.strictObject({
  account_id: AccountId,
  name: z
    .string()
    .regex(/^[\w.@-]{1,64}$/, "must be 1 to 64 letters, digits, . _ @ or -"),
  /** The token itself is nowhere on this host. */
  token_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** As strong as CoCalc's hub: every method, every project. */
  hub: z.boolean().default(false),
  /** The role in projects that are not named below. */
  everywhere: Role.optional(),
  projects: z.record(ProjectId, Role).default({}),
});
export type Account = z.infer<typeof Account>;

const AccountsFile = z.strictObject({ account: z.array(Account).default([]) });

export interface NewAccount {
  name: string;
  hub?: boolean;
  everywhere?: Role | undefined;
  projects?: Record<string, Role>;
}

export interface AddOptions {
  token?: string;
  /** Called before the account is there, with what may throw. */
  before?(token: string): void;
}

export interface Accounts {
  list(): readonly Account[];
  get(account_id: string): Account | undefined;
  named(name: string): Account | undefined;
  /** Whose token it is. */
  ofToken(token: string): Account | undefined;
  role(project_id: string, account_id: string): Role | undefined;
  /**
   * The token is returned this once.
   *
   * @throws BackupError CONFLICT when the name is taken, INVALID_ARGUMENT
   */
  add(
    account: NewAccount,
    options?: AddOptions,
  ): Promise<{ account: Account; token: string }>;
  /** Signs the account out everywhere. @throws BackupError NOT_FOUND */
  remove(name: string): Promise<void>;
}

/** `<dataDir>/accounts.toml`, read again when it changed. */
export function openAccounts(dataDir: string): Accounts {
  const file = manageFile(join(dataDir, "accounts.toml"), AccountsFile, header);
  const list = () => file.read().account;
  const get = (account_id: string) =>
    list().find((one) => one.account_id === account_id);
  return {
    list,
    get,
    named: (name) => list().find((one) => one.name === name),
    ofToken(token) {
      const hash = hashOf(token);
      return list().find(({ token_sha256 }) => token_sha256 === hash);
    },
    role(project_id, account_id) {
      const account = get(account_id);
      if (!account) return undefined;
      // Every object has a `constructor`: only what the file names counts.
      return Object.hasOwn(account.projects, project_id)
        ? account.projects[project_id]
        : account.everywhere;
    },
    async add(asked, { token = newToken(), before } = {}) {
      const account = newAccount(asked, token);
      await file.update(({ account: others }) => {
        refuseTaken(others, account.name);
        before?.(token);
        return { account: [...others, account] };
      });
      return { account, token };
    },
    async remove(name) {
      await file.update(({ account: all }) => {
        const left = all.filter((one) => one.name !== name);
        if (left.length === all.length) throw noSuchAccount(name);
        return { account: left };
      });
    },
  };
}

const header =
  "# Who may sign in here. Written by: project-backups account add | remove\n";

export const newToken = (): string => randomBytes(32).toString("base64url");

export function noSuchAccount(name: string): BackupError {
  return new BackupError("NOT_FOUND", `There is no account named ${name}.`);
}

function newAccount(asked: NewAccount, token: string): Account {
  const parsed = Account.safeParse({
    account_id: randomUUID(),
    token_sha256: hashOf(token),
    ...asked,
  });
  if (parsed.success) return parsed.data;
  throw invalidArgument(parsed.error);
}

function refuseTaken(others: readonly Account[], name: string): void {
  if (!others.some((one) => one.name === name)) return;
  throw new BackupError("CONFLICT", `There is an account ${name} already.`);
}

/** Tokens have 256 random bits: nothing is gained by a slow hash. */
function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
