import { checkSchedule } from "../../lib/jobs/schedule/index.js";

const cron = (expression: string, time_zone?: string) =>
  checkSchedule({
    ...{ type: "cron", expression },
    ...(time_zone === undefined ? {} : { time_zone }),
  });

test.each([
  "0 3 * * *",
  "*/5 * * * *",
  "0,30 * * * MON-FRI",
  "0 0 3 * * *",
  "0 0 L * *",
  "0 0 29 2 *",
  "58 23 * * *",
  "1,58 3 * * *",
])("a project may have a backup at %s", (expression) => {
  expect(() => cron(expression, "Europe/Vienna")).not.toThrow();
});

test("a project may have a daily backup", () => {
  expect(() => checkSchedule({ type: "daily" })).not.toThrow();
});

describe("it is refused what", () => {
  test.each([
    ["is no cron expression", "every night", /five or six fields/],
    ["has a minute 61", "61 * * * *", /minute: 61/],
    ["has seven fields", "0 0 0 1 1 * 2030", /five or six fields/],
    ["is a nickname", "@daily", /five or six fields/],
    ["is an instant", "2030-01-01T00:00:00", /five or six fields/],
    ["comes on a 30th of February", "0 0 30 2 *", /never comes/],
    ["comes each minute", "* * * * *", /more often than every five minutes/],
    ["comes each four minutes", "*/4 * * * *", /more often/],
    ["comes twice within a minute", "0,30 0 3 * * *", /more often/],
    ["comes twice within minutes, once a year", "0,1 3 1 1 *", /more often/],
    [
      "comes at an hour's end and the next one's start",
      "1,58 * * * *",
      /more often/,
    ],
    ["does so at midnight", "1,58 0,23 * * *", /more often/],
  ])("%s", (_, expression, message) => {
    expect(() => cron(expression)).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: expect.stringMatching(message),
      }),
    );
    expect(() => cron(expression)).toThrow(`"${expression}"`);
  });

  test("lies in no time zone", () => {
    expect(() => cron("0 3 * * *", "Mars/Olympus")).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining('"Mars/Olympus" is no time zone'),
      }),
    );
  });
});
