/** What goes wrong between a host and its REST server, and how a job ends. */

import type { ErrorCode } from "../../conat-api/index.js";
import {
  answer,
  cutReply,
  dropBeforeRead,
  dropMidUpload,
  type Fault,
  hang,
  loseReply,
  redirect,
  type Rule,
  shortReply,
} from "../support/fault-proxy.js";
import type { After, Ending, TenantOptions } from "./remote-faults-ground.js";

const tried = " It is tried again by itself.";

const succeeded: Ending = {
  state: "succeeded",
  code: null,
  says: null,
  retried: false,
};

function failed(code: ErrorCode, says: string): Ending {
  return { state: "failed", code, says, retried: says.endsWith(tried) };
}

const could = "Could not back up the project:";
const damaged = failed(
  "REPOSITORY_DAMAGED",
  "The repository does not hold all that this backup needs. Look for a proxy or gateway that answers in its place, do not prune, and repair the index: rustic repair index.",
);
const notKept = failed(
  "REPOSITORY_UNREACHABLE",
  `The repository did not keep the backup that it was sent.${tried}`,
);
const silent = failed(
  "REPOSITORY_UNREACHABLE",
  `${could} the repository does not answer as it should.${tried}`,
);
const aMomentAgo = failed(
  "REPOSITORY_UNREACHABLE",
  `The repository's server did not answer as it should a moment ago.${tried}`,
);
const lostReply = failed(
  "REPOSITORY_UNREACHABLE",
  `${could} a reply of the repository was lost on its way.${tried}`,
);
const noLogin = failed(
  "REPOSITORY_REJECTED",
  "The repository refused this host's credentials. Check the user name and password in the configuration.",
);
const mayNotWrite = failed(
  "REPOSITORY_REJECTED",
  `${could} the repository refused this host's credentials. Check the credentials in the configuration, and that they may write there.`,
);
const declined = failed(
  "REPOSITORY_REJECTED",
  `${could} the repository's server refused the request. Check the configured location and the server's log.`,
);
const notThere = failed(
  "REPOSITORY_MISSING",
  `${could} there is no repository at the configured place.${tried}`,
);
const full = failed(
  "NO_SPACE",
  `${could} the repository's storage is full. Free some space there and start again.`,
);
const wrongKey = failed(
  "REPOSITORY_REJECTED",
  `${could} the repository does not open with this host's key: it is another one, or damaged. Compare the configured location with the recovery kit.`,
);
const stalled = failed(
  "STALLED",
  `The command neither wrote, read nor computed for 3 s and was ended.${tried}`,
);

export const fine: After = { healthy: true, next: "succeeded" };
/** Its index names packs that are not there. */
const spoiled: After = { healthy: false, next: "REPOSITORY_DAMAGED" };
/** Only the backup that failed is not whole. */
const oneBroken: After = { healthy: false, next: "succeeded" };

export interface Row {
  fault: string;
  rules: Rule[];
  ending: Ending;
  after?: After;
  options?: TenantOptions;
  /** Nothing listens at all. */
  refused?: boolean;
}

const page: Rule = { on: "GET other", fault: answer(200, {}, "<p>Hello") };
const everything = (fault: Fault): Rule[] => [{ on: "* *", fault }];
const posts = (kind: string, fault: Fault, times = Infinity): Rule[] => [
  { on: `POST ${kind}`, fault, times },
];

/** These last for rustic's 1 + 2 + 4 + 8 + 16 s: they come first. */
const long: Row[] = [
  {
    fault: "connection refused",
    rules: [],
    refused: true,
    ending: silent,
  },
  {
    fault: "500 always",
    rules: posts("data", answer(500)),
    ending: silent,
  },
  {
    fault: "507 always",
    rules: posts("data", answer(507)),
    ending: full,
  },
  {
    fault: "dropped before the body is read, always",
    rules: posts("data", dropBeforeRead),
    ending: silent,
  },
  {
    fault: "dropped amid the body, always",
    rules: posts("data", dropMidUpload),
    ending: silent,
  },
];

const refusals: Row[] = [
  { fault: "401 always", rules: everything(answer(401)), ending: noLogin },
  { fault: "403 always", rules: everything(answer(403)), ending: noLogin },
  { fault: "404 always", rules: everything(answer(404)), ending: notThere },
  {
    fault: "500 on HEAD config, once",
    rules: [{ on: "HEAD config", times: 1, fault: answer(500) }],
    ending: aMomentAgo,
  },
  ...[401, 402, 403].map((status) => ({
    fault: `${status} on POST data`,
    rules: posts("data", answer(status)),
    ending: mayNotWrite,
  })),
  {
    fault: "404 on POST data",
    rules: posts("data", answer(404)),
    ending: aMomentAgo,
  },
  ...[408, 409, 429].map((status) => ({
    fault: `${status} on POST data`,
    rules: posts("data", answer(status, { "retry-after": "1" })),
    ending: silent,
  })),
  {
    fault: "413 on POST data",
    rules: posts("data", answer(413)),
    ending: declined,
  },
  {
    fault: "401 on POST index: a token that expired",
    rules: posts("index", answer(401)),
    ending: mayNotWrite,
  },
  {
    fault: "301 on POST data",
    rules: posts("data", redirect(301, "/nowhere")),
    ending: aMomentAgo,
  },
  {
    fault: "302 to a 404 on POST data",
    rules: posts("data", redirect(302, "/nowhere")),
    ending: aMomentAgo,
  },
  {
    fault: "a config that is short but clean",
    rules: [{ on: "GET config", times: 1, fault: shortReply }],
    ending: wrongKey,
  },
];

const passing: Row[] = [
  ["500 on POST data", "POST data", answer(500)] as const,
  ["503 on GET index", "GET index/", answer(503)] as const,
  ["502 on GET config", "GET config", answer(502)] as const,
  ["POST data dropped before it is read", "POST data", dropBeforeRead] as const,
  ["POST data dropped amid its body", "POST data", dropMidUpload] as const,
  ["a list of index files cut off", "GET index/", cutReply] as const,
  ["a config cut off", "GET config", cutReply] as const,
].map(([fault, on, how]) => ({
  fault: `${fault}, once`,
  rules: [{ on, times: 1, fault: how }],
  ending: succeeded,
}));

const silences: Row[] = [
  {
    fault: "a server that hangs",
    rules: posts("data", hang),
    ending: stalled,
    options: { idle_timeout_seconds: 3 },
  },
  {
    fault: "the reply to POST data lost",
    rules: posts("data", loseReply, 1),
    ending: lostReply,
  },
  {
    fault: "the reply to POST index lost",
    rules: posts("index", loseReply, 1),
    ending: lostReply,
  },
  {
    // It is there: the job finds it by its tag.
    fault: "the reply to POST snapshots lost",
    rules: posts("snapshots", loseReply, 1),
    ending: succeeded,
  },
];

const liars: Row[] = [
  ["200 without a body", answer(200), []] as const,
  ["304", answer(304), []] as const,
  ["307", redirect(307, "/elsewhere"), []] as const,
  ["308", redirect(308, "/elsewhere"), []] as const,
  ["302 to a page", redirect(302, "/page"), [page]] as const,
].flatMap(([fault, how, more]) => [
  {
    fault: `${fault} on POST data`,
    rules: [...posts("data", how), ...more],
    ending: damaged,
    after: spoiled,
  },
  {
    fault: `${fault} on POST index`,
    rules: [...posts("index", how), ...more],
    ending: damaged,
    after: oneBroken,
  },
  {
    fault: `${fault} on POST snapshots`,
    rules: [...posts("snapshots", how), ...more],
    ending: notKept,
  },
]);

export const rows = [...long, ...refusals, ...passing, ...silences, ...liars];
