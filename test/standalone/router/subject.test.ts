import {
  matches,
  parsePattern,
  parseSubject,
} from "../../../lib/standalone/router/subject.js";

test.each(["a", "a.b", "project.x.-", "_INBOX.A-1.b", "日本.x"])(
  "a subject is tokens between dots: %s",
  (subject) => {
    expect(parseSubject(subject)).toEqual(subject.split("."));
    expect(parsePattern(subject)).toEqual(subject.split("."));
  },
);

test.each([
  "",
  ".",
  "a.",
  ".a",
  "a..b",
  "a b",
  "a.\n",
  "a\u00a0b",
  `a.${"x".repeat(5000)}`,
  Array.from({ length: 65 }, () => "x").join("."),
])("neither a subject nor a pattern: %j", (text) => {
  expect(parseSubject(text)).toBeUndefined();
  expect(parsePattern(text)).toBeUndefined();
});

test.each(["*", ">", "a.*", "*.a", "a.>"])(
  "a pattern, but no subject: %s",
  (text) => {
    expect(parseSubject(text)).toBeUndefined();
    expect(parsePattern(text)).toEqual(text.split("."));
  },
);

test.each([">.a", "a.>.b", ">.>", "disconnect", "newListener", "info"])(
  "no pattern: %s",
  (text) => {
    expect(parsePattern(text)).toBeUndefined();
  },
);

test.each([
  ["a.b", "a.b", true],
  ["a.b", "a.c", false],
  ["a.b", "a", false],
  ["a", "a.b", false],
  ["*", "a", true],
  ["*", "a.b", false],
  ["a.*.c", "a.b.c", true],
  ["a.*.c", "a.c", false],
  [">", "a", true],
  [">", "a.b.c", true],
  ["a.>", "a", false],
  ["a.>", "a.b", true],
  ["a.>", "a.b.c", true],
  ["a.*.>", "a.b", false],
  ["a.*x", "a.bx", false],
])("the pattern %s and the subject %s: %s", (pattern, subject, expected) => {
  expect(matches(pattern.split("."), subject.split("."))).toBe(expected);
});
