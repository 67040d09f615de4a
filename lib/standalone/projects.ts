/**
 * The projects of a machine without CoCalc: directories named by a UUID, and
 * any others that somebody asked to protect.
 */

import { randomUUID } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import { z } from "zod";
import {
  BackupError,
  invalidArgument,
  ProjectId,
} from "../../conat-api/index.js";
import type { ProjectPaths, ProjectsPort } from "../host.js";
import { ifAbsent } from "../source/filesystem.js";
import { manageFile } from "./managed-file.js";

const Protected = z.strictObject({
  project_id: ProjectId,
  path: z.string().startsWith("/"),
  title: z.string().min(1).max(200),
});
export type Protected = z.infer<typeof Protected>;

const ProjectsFile = z.strictObject({
  project: z.array(Protected).default([]),
});

export interface Protection {
  list(): readonly Protected[];
  /**
   * A directory becomes a project; one that is a project stays the same.
   *
   * @throws BackupError NOT_FOUND, INVALID_ARGUMENT, CONFLICT where one
   * project would lie in another: a restore of it would replace both.
   */
  protect(path: string, title?: string): Promise<Protected>;
}

/**
 * `<dataDir>/projects.toml`, read again when it changed. `taken`: directories
 * that no project may hold or lie in.
 */
export function openProtection(
  dataDir: string,
  taken: readonly string[] = [],
): Protection {
  const file = manageFile(join(dataDir, "projects.toml"), ProjectsFile, header);
  const list = () => file.read().project;
  return {
    list,
    async protect(asked, title) {
      const path = await requireDirectory(asked);
      const added = newProject(path, title);
      const { project } = await file.update(({ project: all }) => {
        if (all.some((one) => one.path === path)) return { project: all };
        requireApart(path, [...taken, ...all.map((one) => one.path)]);
        return { project: [...all, added] };
      });
      const found = project.find((one) => one.path === path);
      if (!found) throw new Error("the project was not written");
      return found;
    },
  };
}

const header =
  "# Directories that are projects. Written by: project-backups host protect\n";

function newProject(path: string, title?: string): Protected {
  const project = Protected.safeParse({
    project_id: randomUUID(),
    path,
    title: title ?? (basename(path) || path),
  });
  if (project.success) return project.data;
  throw invalidArgument(project.error);
}

/** Its real path: a project is one, by whatever link it is named. */
async function requireDirectory(path: string): Promise<string> {
  if (!isAbsolute(path)) {
    throw new BackupError("INVALID_ARGUMENT", "path: must be absolute.");
  }
  const real = await realpath(path).catch(ifAbsent);
  const stats = real === undefined ? undefined : await stat(real);
  if (real !== undefined && stats?.isDirectory()) return real;
  throw new BackupError("NOT_FOUND", `${path} is not a directory.`);
}

function requireApart(path: string, others: readonly string[]): void {
  const within = (inner: string, outer: string) =>
    `${inner}/`.startsWith(outer === "/" ? outer : `${outer}/`);
  const other = others
    .map((one) => (existsSync(one) ? realpathSync(one) : one))
    .find((one) => within(path, one) || within(one, path));
  if (other === undefined) return;
  throw new BackupError("CONFLICT", `${path} and ${other} overlap.`, {
    hint: "Each project needs a directory of its own.",
  });
}

export interface ProjectDirectories {
  directory: string;
  /** `[project_id]` stands for the project's id. */
  persist?: string | undefined;
}

/** The part of the projects port that is about where projects are. */
export function findProjects(
  { directory, persist }: ProjectDirectories,
  { list: named }: Pick<Protection, "list">,
): Pick<ProjectsPort, "list" | "paths"> & {
  title(project_id: string): string;
} {
  const find = (project_id: string) =>
    named().find((one) => one.project_id === project_id);
  const pathsOf = (project_id: string): ProjectPaths | undefined => {
    const protectedAt = find(project_id)?.path;
    if (protectedAt !== undefined) return { subvolume: protectedAt };
    const known =
      ProjectId.safeParse(project_id).success && existsSync(directory);
    if (!known) return undefined;
    const store = persist?.replaceAll("[project_id]", project_id);
    return {
      subvolume: join(directory, project_id),
      ...(store === undefined ? {} : { persist: store }),
    };
  };
  return {
    async list({ changedSince = 0 }) {
      const names = (await readdir(directory).catch(ifAbsent)) ?? [];
      const places = [
        ...named().map(({ project_id, path }) => ({ project_id, path })),
        ...names
          .filter((name) => ProjectId.safeParse(name).success)
          .map((name) => ({ project_id: name, path: join(directory, name) })),
      ];
      const found = await Promise.all(places.map(lastEdited));
      return found.flat().filter((one) => one.last_edited >= changedSince);
    },
    title: (project_id) => find(project_id)?.title ?? project_id,
    paths: (project_id) => Promise.resolve(pathsOf(project_id)),
  };
}

async function lastEdited({
  project_id,
  path,
}: {
  project_id: string;
  path: string;
}): Promise<{ project_id: string; last_edited: number }[]> {
  try {
    const stats = await stat(path).catch(ifAbsent);
    if (!stats?.isDirectory()) return [];
    return [{ project_id, last_edited: Math.floor(stats.mtimeMs) }];
  } catch {
    // It is there, and cannot be looked at: its backup says why.
    return [{ project_id, last_edited: 0 }];
  }
}
