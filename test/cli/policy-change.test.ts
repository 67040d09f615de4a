import { defaultPolicy } from "../../conat-api/index.js";
import { wanted } from "../../lib/cli/commands/policy.js";
import { somePolicyInForce } from "../support/wire-values.js";

const answering = (inForce: object) => ({
  service: { call: async () => inForce as never },
});
const seen = { ...defaultPolicy, enabled: false };
const changed = { ...seen, keep: { ...seen.keep, daily: 30 } };

test("a change says of which policy it is one", async () => {
  const own = answering(somePolicyInForce({ policy: seen, own: seen }));
  expect(await wanted(own, "p", { keepDaily: "30" })).toEqual({
    ...{ policy: changed, expected: seen },
  });
  const none = answering(somePolicyInForce({ policy: seen, own: null }));
  expect(await wanted(none, "p", { keepDaily: "30" })).toEqual({
    ...{ policy: changed, expected: null },
  });
});

test("a host of old is not told, nor is one that is given a whole policy", async () => {
  const { own: _own, ...ofOld } = somePolicyInForce({ policy: seen });
  const answer = await wanted(answering(ofOld), "p", { keepDaily: "30" });
  expect(answer).toEqual({ policy: changed });
  const all = await wanted(answering({}), "p", { default: true });
  expect(all).toEqual({ policy: null });
});
