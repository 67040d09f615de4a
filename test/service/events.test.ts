import { eventsSubject, isTerminal, JobEvent } from "../../conat-api/index.js";
import { serveTestEngine } from "../support/callers.js";
import { createConatBus } from "../support/conat-bus.js";
import { startTestEngine } from "../support/engine.js";
import { openTestStore } from "../support/job-rows.js";
import { bundleProgram, startProgram } from "../support/program.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { tempDir } from "../support/temp.js";
import { listen, type Publish, publishing } from "../support/told-events.js";
import { until } from "../support/until.js";

const fields = Object.keys(JobEvent.shape).toSorted();

describe("events of an engine", () => {
  test("tell a backup from asked to succeeded, and nothing of the host", async () => {
    const { engine, bus } = await serveTestEngine();
    const [project_id = ""] = engine.projects;
    const heard = await listen(bus, eventsSubject(project_id));
    const { job_id } = await engine.backup(project_id);
    await until(() => heard.told.some(({ event }) => isTerminal(event.state)));
    heard.close();
    await engine.close();
    for (const { event } of heard.told) {
      expect(Object.keys(event).toSorted()).toEqual(fields);
      expect(event).toMatchObject({ job_id, project_id, kind: "backup" });
      expect(JSON.stringify(event)).not.toContain("/");
    }
    expect(heard.told.at(-1)?.event.state).toBe("succeeded");
  });

  test("of one project do not come to those who listen to another", async () => {
    const { engine, bus } = await serveTestEngine({ projects: 2 });
    const [one = "", other = ""] = engine.projects;
    const [ones, all] = [
      await listen(bus, eventsSubject(one)),
      await listen(bus, "project.*.project-backups-events.-"),
    ];
    await engine.backup(other);
    await until(() => all.told.some(({ event }) => isTerminal(event.state)));
    const subjects = new Set(all.told.map(({ subject }) => subject));
    expect([...subjects]).toEqual([eventsSubject(other)]);
    expect(ones.told).toEqual([]);
    ones.close();
    all.close();
    await engine.close();
  });

  test("say that a job was cancelled", async () => {
    const rustic = makeSlowRustic();
    const { engine, bus } = await serveTestEngine({
      config: { commands: { rustic: rustic.path } },
    });
    const [project_id = ""] = engine.projects;
    const heard = await listen(bus, "project.>");
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    const { job } = await engine.local("start", { project_id });
    await begun;
    const state = () => heard.told.at(-1)?.event.state;
    await until(() => state() === "running");
    await engine.local("cancel", { project_id, job_id: job.job_id });
    await until(() => state() !== "running");
    expect(state()).toBe("cancelled");
    rustic.release();
    heard.close();
    await engine.close();
  });

  test("are not needed: a host that cannot publish backs up all the same", async () => {
    const { publish: _none, ...conat } = createConatBus();
    const engine = await startTestEngine({ conat });
    const [project_id = ""] = engine.projects;
    expect((await engine.backup(project_id)).state).toBe("succeeded");
    await engine.close();
  });

  test.each<[string, Publish]>([
    [
      "throws",
      () => {
        throw new Error("no router");
      },
    ],
    ["fails", () => Promise.reject(new Error("refused"))],
    ["hangs", () => new Promise(() => {})],
  ])(
    "do no harm when publishing %s, and do not hold up the end",
    async (_name, publish) => {
      let asked = 0;
      const bus = {
        ...createConatBus(),
        publish(subject: string, message: unknown) {
          asked += 1;
          return publish(subject, message);
        },
      };
      const engine = await startTestEngine({ conat: bus });
      const [project_id = ""] = engine.projects;
      const job = await engine.backup(project_id);
      expect(job.state).toBe("succeeded");
      await until(() => asked > 0);
      await engine.close();
      const atEnd = asked;
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(asked).toBe(atEnd);
      // Only a debug line: a hint that is lost is no trouble.
      expect(engine.log.filter((line) => /^(warn|error)/.test(line))).toEqual(
        [],
      );
    },
  );
});

test("jobs that another process asks, runs and ends are told of too", async () => {
  const dataDir = tempDir("data");
  const store = openTestStore(dataDir);
  const { told, close } = publishing(store);
  const file = bundleProgram("hammer-store");
  const program = startProgram(file, [dataDir, "5", "1"]);
  const { claimed } = JSON.parse(await program.line()) as {
    claimed: string[];
  };
  await program.end();
  const ended = () =>
    told
      .filter(({ event }) => event.state === "succeeded")
      .map(({ event }) => event.job_id);
  await until(() => ended().length >= claimed.length);
  close();
  store.close();
  expect(claimed).toHaveLength(5);
  expect(ended().toSorted()).toEqual(claimed.toSorted());
  for (const { subject, event } of told) {
    expect(subject).toBe(eventsSubject(event.project_id));
  }
});
