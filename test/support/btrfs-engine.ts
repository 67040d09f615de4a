import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProjectHost, ProjectPaths } from "../../lib/host.js";
import { mountBtrfs, type MountedFilesystem } from "./btrfs-image.js";
import { startTestEngine, type TestEngine } from "./engine.js";
import { toolPath } from "./tools.js";

export type BtrfsEngine = TestEngine & {
  image: MountedFilesystem;
  /** A project whose tree is a new subvolume with one file. */
  addProject(persist?: (project_id: string) => string): string;
  /** Runs `btrfs subvolume`. */
  subvolume(...args: string[]): void;
};

/** An engine over projects on a btrfs image; close it. */
export async function startBtrfsEngine({
  config = {},
  host = {},
}: {
  config?: Record<string, unknown>;
  host?: Partial<ProjectHost>;
} = {}): Promise<BtrfsEngine> {
  const image = await mountBtrfs();
  const engine = await startTestEngine({ projects: 0, config, host });
  const subvolume = (...args: string[]) =>
    void execFileSync(toolPath("btrfs"), ["subvolume", ...args]);
  mkdirSync(join(image.path, "projects"));
  return {
    ...engine,
    ...{ image, subvolume },
    projectDir: (id) => join(image.path, "projects", id),
    addProject(persist) {
      const project_id = randomUUID();
      const path = join(image.path, "projects", project_id);
      subvolume("create", path);
      writeFileSync(join(path, "notes.txt"), `notes of ${project_id}\n`);
      const paths: ProjectPaths = { subvolume: path };
      if (persist) paths.persist = persist(project_id);
      engine.paths.set(project_id, paths);
      engine.projects.push(project_id);
      return project_id;
    },
    async close(options) {
      await engine.close(options);
      await image.unmount();
    },
  };
}
