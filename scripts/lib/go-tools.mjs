import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isExecutable, which } from "./command.mjs";
import { Failure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { cacheDir } from "./paths.mjs";
import { place } from "./place.mjs";
import { step } from "./progress.mjs";
import { mustRun, run } from "./run.mjs";

export const versitygw = {
  name: "versitygw",
  version: "v1.8.0",
  source: "github.com/versity/versitygw/cmd/versitygw",
};

export const fakeGcs = {
  name: "fake-gcs-server",
  version: "v1.56.1",
  source: "github.com/fsouza/fake-gcs-server",
};

/** The path of a server written in Go: the one on PATH, or ours. */
export async function goTool(tool) {
  return which(tool.name) ?? (await cached(tool)) ?? install(tool);
}

/** Ours, if it was built from the wanted version; where there is no Go to
 * ask, what is there has to do. */
async function cached({ name, version }) {
  const program = join(goBin(), name);
  if (!isExecutable(program)) {
    return undefined;
  }
  const { code, stdout } = await run("go", ["version", "-m", program]);
  return code !== 0 || /\bmod\s+\S+\s+(\S+)/.exec(stdout)?.[1] === version
    ? program
    : undefined;
}

async function install(tool) {
  if (!which("go")) {
    throw new Failure(`There is no ${tool.name}, and no Go to build it with.`);
  }
  return withLock(tool.name, cacheDir(), async () => {
    return (await cached(tool)) ?? build(tool);
  });
}

async function build({ name, version, source }) {
  const title = `Building ${name} ${version}, may take 3 minutes`;
  return step(title, (detail) =>
    place(join(goBin(), name), async (temp) => {
      await mkdir(join(temp, "bin"));
      await mustRun("go", ["install", "-v", `${source}@${version}`], {
        cwd: temp,
        env: { ...process.env, GOBIN: join(temp, "bin") },
        onLine: detail,
        what: `go install ${source}`,
      });
      return join(temp, "bin", name);
    }),
  );
}

function goBin() {
  return join(cacheDir(), "go-bin");
}
