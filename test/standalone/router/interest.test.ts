import { Interest } from "../../../lib/standalone/router/interest.js";
import {
  matches,
  parsePattern,
} from "../../../lib/standalone/router/subject.js";

interface Entry {
  pattern: string;
  queue: string;
  member: string;
}

const split = (text: string) => text.split(".");

function add(interest: Interest<string>, { pattern, queue, member }: Entry) {
  interest.add(split(pattern), queue, member);
}

/** Of a match, as `pattern queue-members`, in any order. */
function found(interest: Interest<string>, subject: string): string[] {
  return interest
    .match(split(subject))
    .map(({ pattern, members }) => `${pattern}: ${members.toSorted().join()}`)
    .toSorted();
}

test("members of one queue are one group, of two they are two", () => {
  const interest = new Interest<string>();
  add(interest, { pattern: "a.*", queue: "0", member: "m1" });
  add(interest, { pattern: "a.*", queue: "0", member: "m2" });
  add(interest, { pattern: "a.*", queue: "1", member: "m3" });
  add(interest, { pattern: "a.b", queue: "0", member: "m4" });
  expect(found(interest, "a.b")).toEqual(["a.*: m1,m2", "a.*: m3", "a.b: m4"]);
  expect(interest.size).toBe(4);
});

test("what was removed leaves nothing", () => {
  const interest = new Interest<string>();
  const entry = { pattern: "a.b.>", queue: "0", member: "m1" };
  add(interest, entry);
  add(interest, { ...entry, pattern: "a.b" });
  interest.remove(split("a.b.>"), "0", "m1");
  expect(found(interest, "a.b.c")).toEqual([]);
  expect(found(interest, "a.b")).toEqual(["a.b: m1"]);
  interest.remove(split("a.b"), "0", "m1");
  expect(interest).toEqual(new Interest<string>());
});

test("to remove what is not there changes nothing", () => {
  const interest = new Interest<string>();
  add(interest, { pattern: "a.b", queue: "0", member: "m1" });
  interest.remove(split("a.b"), "0", "m2");
  interest.remove(split("a.b"), "1", "m1");
  interest.remove(split("a"), "0", "m1");
  interest.remove(split("a.b.c"), "0", "m1");
  expect(found(interest, "a.b")).toEqual(["a.b: m1"]);
  expect(interest.size).toBe(1);
});

test("a group that is being served does not change under a removal", () => {
  const interest = new Interest<string>();
  add(interest, { pattern: "a", queue: "0", member: "m1" });
  add(interest, { pattern: "a", queue: "0", member: "m2" });
  const [group] = interest.match(["a"]);
  interest.remove(["a"], "0", "m1");
  expect(group?.members).toEqual(["m1", "m2"]);
});

/** A generator whose numbers are the same in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each([1, 2, 3])(
  "finds what a comparison with each pattern finds (seed %i)",
  (seed) => {
    const next = numbers(seed);
    const interest = new Interest<string>();
    let entries: Entry[] = [];
    const word = (words: string) => words[next(words.length)] as string;
    const text = (words: string) =>
      Array.from({ length: 1 + next(4) }, () => word(words)).join(".");
    let hits = 0;
    for (let step = 0; step < 3000; step++) {
      if (next(3) > 0) {
        const entry = {
          pattern: text("aabb*>"),
          queue: word("01"),
          member: `m${step}`,
        };
        if (!parsePattern(entry.pattern)) continue;
        entries.push(entry);
        add(interest, entry);
      } else if (entries.length > 0) {
        const [gone] = entries.splice(next(entries.length), 1);
        if (gone) interest.remove(split(gone.pattern), gone.queue, gone.member);
      }
      if (entries.length > 60) {
        entries.forEach((each) =>
          interest.remove(split(each.pattern), each.queue, each.member),
        );
        entries = [];
      }
      const subject = text("abc");
      const expected = naive(entries, subject);
      expect(found(interest, subject)).toEqual(expected);
      hits += expected.length;
    }
    expect(hits).toBeGreaterThan(1000);
  },
);

function naive(entries: readonly Entry[], subject: string): string[] {
  const groups = new Map<string, string[]>();
  for (const { pattern, queue, member } of entries) {
    if (!matches(split(pattern), split(subject))) continue;
    const key = `${pattern} ${queue}`;
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups]
    .map(([key, members]) => `${patternOf(key)}: ${members.toSorted().join()}`)
    .toSorted();
}

const patternOf = (key: string) => key.split(" ")[0];
