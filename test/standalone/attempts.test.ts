import { createAttempts } from "../../lib/standalone/attempts.js";
import { stoppedClock } from "../support/standalone-accounts.js";

const address = "192.0.2.1";

function failing(times: number) {
  const clock = stoppedClock();
  const attempts = createAttempts(clock);
  for (let n = 0; n < times; n++) attempts.failed(address);
  return { clock, attempts };
}

describe("wrong tokens", () => {
  test("block an address from the twentieth on", () => {
    const { attempts } = failing(19);
    expect(attempts.blocked(address)).toBe(false);
    attempts.failed(address);
    expect(attempts.blocked(address)).toBe(true);
    attempts.failed(address);
    expect(attempts.blocked(address)).toBe(true);
  });

  test("block no other address", () => {
    const { attempts } = failing(20);
    expect(attempts.blocked("192.0.2.2")).toBe(false);
  });

  test("are forgiven a minute after the first of them", () => {
    const { clock, attempts } = failing(1);
    clock.forward(59_999);
    for (let n = 0; n < 19; n++) attempts.failed(address);
    expect(attempts.blocked(address)).toBe(true);
    clock.forward(1);
    expect(attempts.blocked(address)).toBe(false);
    for (let n = 0; n < 19; n++) attempts.failed(address);
    expect(attempts.blocked(address)).toBe(false);
    attempts.failed(address);
    expect(attempts.blocked(address)).toBe(true);
  });

  test("of very many addresses are not all remembered", () => {
    const { attempts } = failing(20);
    for (let n = 0; n < 10_000; n++) attempts.failed(`2001:db8::${n}`);
    expect(attempts.blocked(address)).toBe(false);
  });
});
