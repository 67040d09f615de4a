/**
 * conat-frames.ndjson is a recording of real Conat clients (host, alice,
 * nobody) and their server. Here the server's side is played, and our client
 * does what the notes say: it has to send what the real ones sent.
 */

import { type ConatCall } from "../../../conat-api/index.js";
import {
  ConatError,
  connect,
  type WireClient,
} from "../../../conat-api/wire/index.js";
import { readRecording } from "../../support/wire-frames.js";
import { type Script, startScript } from "../../support/wire-script.js";

const project = "project.22222222-2222-4222-8222-222222222222";

let script: Script;
const clients = new Map<string, WireClient>();

const sign = (bearer: string): WireClient => {
  const auth = { bearer };
  const client = connect({ address: script.address, auth });
  clients.set(bearer, client);
  return client;
};
const client = (name: string) => clients.get(name) as WireClient;
const alice = (subject: string) => client("alice").call(subject) as ConatCall;

const failure = (promise: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );

beforeAll(async () => {
  script = await startScript(readRecording());
});

afterAll(async () => {
  for (const each of clients.values()) each.close();
  await script.close();
});

// Each step goes on where the one before left off.
let heard: AsyncIterator<{ subject: string; data: unknown }>;
let events: { close(): void };
let registered: Promise<unknown>;

const impl = {
  list(this: { subject: string }, got: unknown) {
    const bytes = Uint8Array.from([1, 2, 255]);
    return { subject: this.subject, got, when: new Date(0), bytes };
  },
  fail() {
    throw Object.assign(new Error("no such backup"), {
      code: "NOT_FOUND",
      stack: "not for others",
    });
  },
  nothing() {},
};

const steps: [string, () => unknown][] = [
  [
    "the host signs in, with a service to register",
    () => {
      registered = sign("host").service("project.*.project-backups.-", impl);
    },
  ],
  ["the host registers its service, and an inbox", () => registered],
  [
    "alice signs in as an account",
    async () => {
      const info = await sign("alice").signedIn();
      expect(info.user).toEqual({
        account_id: "11111111-1111-4111-8111-111111111111",
      });
    },
  ],
  [
    "a call and its result",
    async () => {
      const result = await alice(`${project}.project-backups.-`).list?.({
        a: 1,
      });
      expect(result).toEqual({
        subject: `${project}.project-backups.-`,
        got: { a: 1 },
        when: new Date(0),
        bytes: Uint8Array.from([1, 2, 255]),
      });
    },
  ],
  [
    "a call that fails, with the code of its error",
    async () => {
      const call = alice(`${project}.project-backups.-`);
      const error = await failure(call.fail?.());
      expect(error).toBeInstanceOf(ConatError);
      expect(error).toMatchObject({
        message: "no such backup",
        code: "NOT_FOUND",
      });
    },
  ],
  [
    "undefined arrives as null",
    async () => {
      const call = alice(`${project}.project-backups.-`);
      expect(await call.nothing?.()).toBeNull();
    },
  ],
  [
    "a method that is not there",
    async () => {
      const call = alice(`${project}.project-backups.-`);
      const error = await failure(call.frobnicate?.());
      expect(error).toMatchObject({ message: "frobnicate not defined" });
    },
  ],
  [
    "a subject that nobody serves",
    async () => {
      const error = await failure(alice(`${project}.nobody.-`).x?.());
      expect(error).toMatchObject({
        message: `request -- no subscribers matching '${project}.nobody.-'`,
        code: 503,
      });
    },
  ],
  [
    "waiting for who serves a subject",
    async () => {
      const subject = `${project}.project-backups.-`;
      const options = { timeout: 2000 };
      const interest = client("alice").waitForInterest(subject, options);
      await expect(interest).resolves.toBe(true);
    },
  ],
  [
    "a subject that is not alice's",
    async () => {
      const error = await failure(
        alice(
          "project-host.33333333-3333-4333-8333-333333333333.project-backups",
        ).list?.({}),
      );
      expect(error).toMatchObject({
        code: 403,
        message: expect.stringMatching(/^permission denied publishing to /),
      });
    },
  ],
  [
    "an event from the host to alice",
    async () => {
      const subject = `${project}.project-backups-events.-`;
      const subscription = await client("alice").subscribe(subject);
      events = subscription;
      heard = subscription[Symbol.asyncIterator]();
      const event = { job_id: "j1", state: "running" };
      await client("host").publish(subject, event);
      const { value } = await heard.next();
      expect(value).toEqual({ subject, data: event });
    },
  ],
  [
    "a subscription that ends, another that hears JSON",
    async () => {
      events.close();
      const subject = `${project}.json.-`;
      const subscription = await client("alice").subscribe(subject);
      events = subscription;
      const json = { encoding: 1 } as const;
      await client("host").publish(subject, { a: 1 }, json);
      heard = subscription[Symbol.asyncIterator]();
      const { value } = await heard.next();
      expect(value).toEqual({ subject, data: { a: 1 } });
    },
  ],
  ["the second subscription ends", () => events.close()],
  [
    "a token that is refused",
    async () => {
      const error = await failure(sign("wrong").signedIn());
      expect(error).toMatchObject({ code: 401, message: "no such token" });
    },
  ],
  ["alice closes", () => client("alice").close()],
  ["the host closes", () => client("host").close()],
];

test.each(steps)("as the real clients: %s", async (_title, act) => {
  // The server plays its part meanwhile, and compares what we send.
  const [, compared] = await Promise.all([act(), script.play()]);
  expect(compared.map(({ seen }) => seen)).toEqual(
    compared.map(({ expected }) => expected),
  );
});

test("nothing was sent beyond what the real clients send", () => {
  expect(script.unexpected()).toEqual([]);
});
