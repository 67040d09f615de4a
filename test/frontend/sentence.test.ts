import { createIntl } from "react-intl";
import { BackupError, fromWireError } from "../../conat-api/index.js";
import { isDenied, say, sentenceOf } from "../../frontend/sentence.js";
import { wireError } from "../support/panel-host.js";

const intl = createIntl({ locale: "en" });
const said = (thrown: unknown) => say(intl, sentenceOf(thrown));

test("the host's sentence is shown as it is", () => {
  const sentence = "The host's disk is full. Free some space.";
  expect(said(wireError(sentence, "NO_SPACE"))).toBe(sentence);
  expect(said(fromWireError(wireError(sentence, "NO_SPACE")))).toBe(sentence);
  expect(said(new BackupError("CONFLICT", "It runs."))).toBe("It runs.");
});

test.each([408, 503, "408"])("code %p is a host that is silent", (code) => {
  expect(said(wireError("timeout", code))).toBe(
    "The project's host does not answer.",
  );
});

test("an interruption that the host reports is not its silence", () => {
  expect(said(wireError("The host closes.", "INTERRUPTED"))).toBe(
    "The host closes.",
  );
});

test.each([
  wireError("start not defined"),
  wireError("ECONNRESET 10.0.0.1", "ECONNRESET"),
  new TypeError("x is undefined"),
  "a string",
  undefined,
])("a stranger's words are never shown: %p", (thrown) => {
  expect(said(thrown)).toMatch(/gave no reason that would help/);
});

test("a router's refusal is told from the host's", () => {
  const router = wireError("permission denied on a.b.c", 403);
  expect(said(router)).toMatch(/for its owner and its collaborators/);
  expect(isDenied(router)).toBe(true);
  expect(isDenied(wireError("timeout", 408))).toBe(false);
});
