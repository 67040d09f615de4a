import { eventsSubject } from "../../conat-api/index.js";
import { silentLogger } from "../../lib/host.js";
import type { Store } from "../../lib/store/index.js";
import { newProject, openTestStore, verbsOf } from "../support/job-rows.js";
import { type Event, publishing } from "../support/told-events.js";

let store: Store;
let verbs: ReturnType<typeof verbsOf>;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate"] });
  store = openTestStore();
  verbs = verbsOf(store);
});
afterEach(() => {
  jest.useRealTimers();
  store.close();
});

const running = () => {
  const { row } = verbs.ask(newProject());
  verbs.claim({ only: row.job_id });
  return row;
};
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
const doneIn = (told: Event[]) => told.map(({ event }) => event.bytes_done);

test("a job that moves all the time is told of four times a second, at its newest", async () => {
  const { job_id } = running();
  const { told, close } = publishing(store);
  for (let ms = 1; ms <= 2000; ms++) {
    store.jobs.note(job_id, { bytes_done: ms });
    await pass(1);
  }
  expect(told).toHaveLength(8);
  expect(doneIn(told)).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].map((tick) => tick * 250),
  );
  close();
});

test("of a short job only the end is told", async () => {
  const { told, close } = publishing(store);
  const { job_id } = running();
  store.jobs.note(job_id, { phase: "reading", bytes_done: 1 });
  store.jobs.settle(job_id, { state: "failed", now: 1 });
  await pass(1000);
  expect(told.map(({ event }) => event.state)).toEqual(["failed"]);
  close();
});

test("what was there before is not told again, and nothing when nothing moves", async () => {
  running();
  const { told, close } = publishing(store);
  await pass(10_000);
  expect(told).toEqual([]);
  close();
});

test("more rows than are read at once are all told of", async () => {
  const { told, close } = publishing(store);
  const asked = Array.from(
    { length: 450 },
    () => verbs.ask(newProject()).row.job_id,
  );
  await pass(250);
  expect(told).toHaveLength(200);
  await pass(500);
  expect(told.map(({ event }) => event.job_id)).toEqual(asked);
  close();
});

test("while a router is slow events wait, and then tell the newest", async () => {
  const { job_id } = running();
  let answer = () => {};
  const publish = () =>
    new Promise<void>((resolve) => {
      answer = resolve;
    });
  const { told, close } = publishing(store, { publish });
  for (const bytes_done of [1, 2, 3, 4, 5]) {
    store.jobs.note(job_id, { bytes_done });
    await pass(250);
  }
  expect(doneIn(told)).toEqual([1]);
  answer();
  await pass(250);
  expect(doneIn(told)).toEqual([1, 5]);
  store.jobs.settle(job_id, { state: "succeeded", now: 1 });
  answer();
  await pass(250);
  expect(told.at(-1)?.event.state).toBe("succeeded");
  close();
});

test("one project that cannot be told does not silence the others, now or later", async () => {
  const log: string[] = [];
  const logger = { ...silentLogger, debug: (said: string) => log.push(said) };
  const [bad, good] = [running(), running()];
  const refuse = eventsSubject(bad.project_id);
  const publish = (subject: string) => {
    if (subject === refuse) throw new Error("refused");
    return Promise.resolve();
  };
  const { told, close } = publishing(store, { publish, logger });
  for (const bytes_done of [1, 2]) {
    store.jobs.note(bad.job_id, { bytes_done });
    store.jobs.note(good.job_id, { bytes_done });
    await pass(250);
  }
  const ofGood = told.filter(({ event }) => event.job_id === good.job_id);
  expect(doneIn(ofGood)).toEqual([1, 2]);
  expect(log).toHaveLength(2);
  close();
});

test("a row that is no job of ours does not silence the others", async () => {
  const { told, close } = publishing(store);
  verbs.ask("no-project");
  const { row } = verbs.ask(newProject());
  await pass(250);
  expect(told.map(({ event }) => event.job_id)).toEqual([row.job_id]);
  close();
});

test("after close nothing is told, and the store is not asked", async () => {
  const { told, close } = publishing(store);
  const asked = jest.spyOn(store.jobs, "changedSince");
  close();
  verbs.ask(newProject());
  await pass(5000);
  expect(told).toEqual([]);
  expect(asked).not.toHaveBeenCalled();
  expect(jest.getTimerCount()).toBe(0);
});

test("a store that cannot be read once is read again", async () => {
  const { told, close } = publishing(store);
  const reading = jest.spyOn(store.jobs, "changedSince");
  reading.mockImplementationOnce(() => {
    throw new Error("disk");
  });
  const { row } = verbs.ask(newProject());
  await pass(250);
  expect(told).toEqual([]);
  await pass(250);
  expect(told.map(({ event }) => event.job_id)).toEqual([row.job_id]);
  close();
});
