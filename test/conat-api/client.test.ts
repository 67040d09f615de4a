import { randomUUID } from "node:crypto";
import {
  BackupError,
  type ConatCall,
  createClient,
  methodNames,
} from "../../conat-api/index.js";
import { someJob } from "../support/wire-values.js";

const project_id = randomUUID();

/** A Conat client that answers each call with `reply` and notes it. */
function fakeClient(reply: (name: string) => unknown) {
  const sent: { subject: string; name: string; args: unknown[] }[] = [];
  const options: unknown[] = [];
  const client = {
    call(subject: string, callOptions?: object) {
      options.push(callOptions);
      const get = (_target: object, name: string) => {
        if (name === "then") return undefined;
        return async (...args: unknown[]) => {
          sent.push({ subject, name, args });
          return reply(name);
        };
      };
      return new Proxy({}, { get }) as ConatCall;
    },
  };
  return { client, sent, options };
}

test("a call goes to its subject, with the time that it may take", async () => {
  const job = someJob();
  const { client, sent, options } = fakeClient(() => ({ job, joined: true }));
  const api = createClient({ client, subject: "a.b", timeoutMs: 1234 });
  await expect(api.start({ project_id })).resolves.toEqual({
    job,
    joined: true,
  });
  expect(sent).toEqual([
    { subject: "a.b", name: "start", args: [{ project_id }] },
  ]);
  expect(options).toEqual([{ timeout: 1234 }]);
});

test("the client has the contract's methods and nothing inherited", () => {
  const api = createClient({ ...fakeClient(() => null), subject: "a" });
  expect(Object.keys(api)).toEqual(methodNames);
  expect(Object.getPrototypeOf(api)).toBeNull();
});

test("an invalid request is refused before anything is sent", async () => {
  const { client, sent } = fakeClient(() => null);
  const api = createClient({ client, subject: "a" });
  const request = { project_id, limit: 0 };
  await expect(api.list(request)).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringMatching(/^limit: /),
  });
  const unknown = { project_id, force: true } as { project_id: string };
  await expect(api.start(unknown)).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringContaining("force"),
  });
  expect(sent).toEqual([]);
});

test.each([
  ["null", null],
  ["undefined", undefined],
  ["a text", "ok"],
  ["half of a reply", { joined: true }],
  ["a job of an unknown state", { job: { ...someJob(), state: "lost" } }],
])("%s as a reply is INTERNAL", async (_what, reply) => {
  const { client } = fakeClient(() => reply);
  const api = createClient({ client, subject: "a" });
  const failure = await api.start({ project_id }).catch((error) => error);
  expect(failure).toBeInstanceOf(BackupError);
  expect(failure.code).toBe("INTERNAL");
  expect(failure.message).toContain("start");
  expect(failure.message).toContain("different versions");
});

test("fields of a newer host are dropped from a reply", async () => {
  const job = someJob();
  const newer = { job: { ...job, colour: "blue" }, joined: true, more: 1 };
  const { client } = fakeClient(() => newer);
  const api = createClient({ client, subject: "a" });
  await expect(api.start({ project_id })).resolves.toEqual({
    job,
    joined: true,
  });
});

test("the host's error arrives with its code", async () => {
  const { client } = fakeClient(() => {
    throw Object.assign(new Error("It is taken."), { code: "CONFLICT" });
  });
  const api = createClient({ client, subject: "a" });
  const failure = await api.start({ project_id }).catch((error) => error);
  expect(failure).toBeInstanceOf(BackupError);
  expect(failure).toMatchObject({ code: "CONFLICT", message: "It is taken." });
});
