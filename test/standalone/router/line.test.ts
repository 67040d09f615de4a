import { Line } from "../../../lib/standalone/router/line.js";

function lineOf(...items: string[]) {
  const line = new Line<string>();
  const ends: string[] = [];
  const places = items.map((item) => {
    const place = line.join(item[0] as string, item);
    void place.admitted.then((is) => ends.push(`${item} ${is}`));
    return place;
  });
  return { line, ends, places };
}

test("who waits is admitted in turns, a key at a time", async () => {
  const { line, ends } = lineOf("a1", "a2", "a3", "b1", "c1", "c2");
  line.advance(
    () => true,
    () => {},
  );
  await Promise.resolve();
  expect(ends).toEqual([
    "a1 true",
    "b1 true",
    "c1 true",
    "a2 true",
    "c2 true",
    "a3 true",
  ]);
  expect(line.size).toBe(0);
});

test("no more are admitted than fit, and the next turn is another's", async () => {
  const { line, ends } = lineOf("a1", "a2", "b1");
  let room = 1;
  const advance = () =>
    line.advance(
      () => room > 0,
      () => room--,
    );
  advance();
  await Promise.resolve();
  expect(ends).toEqual(["a1 true"]);
  room = 1;
  advance();
  await Promise.resolve();
  expect(ends).toEqual(["a1 true", "b1 true"]);
});

test("a key that does not fit keeps no other one waiting", async () => {
  const { line, ends } = lineOf("a1", "b1");
  line.advance(
    (item) => item !== "a1",
    () => {},
  );
  await Promise.resolve();
  expect(ends).toEqual(["b1 true"]);
  expect(line.size).toBe(1);
});

test("who leaves, and who is left at the end, is not admitted", async () => {
  const { line, ends, places } = lineOf("a1", "a2", "b1");
  places[0]?.leave();
  places[0]?.leave();
  line.close();
  await Promise.resolve();
  expect(ends).toEqual(["a1 false", "a2 false", "b1 false"]);
  expect(line.size).toBe(0);
});
