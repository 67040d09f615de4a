import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultPressureLimits, isHigh } from "../../lib/jobs/pressure.js";
import { type PressureSample, readPressure } from "../../lib/pressure.js";
import { tempDir } from "../support/temp.js";

const unknown: PressureSample = {
  ...{ io: null, cpu: null, memory: null },
  ...{ memory_available: null, disk_free: null },
};
const calm: PressureSample = {
  ...{ io: 3, cpu: 5, memory: 0 },
  ...{ memory_available: 0.5, disk_free: 0.4 },
};
const { io_percent } = defaultPressureLimits;

const high = (changes: Partial<PressureSample>, before = false) =>
  isHigh({ ...calm, ...changes }, defaultPressureLimits, before);

describe("pressure", () => {
  test("is not high on a calm machine, nor where nothing is known", () => {
    expect(high({})).toBe(false);
    expect(high({}, true)).toBe(false);
    expect(high(unknown)).toBe(false);
    expect(high(unknown, true)).toBe(false);
  });

  test.each([
    ["the disk", { io: 61 }],
    ["the processors", { cpu: 81 }],
    ["memory", { memory: 21 }],
    ["what is left of memory", { memory_available: 0.07 }],
    ["what is left of the disk", { disk_free: 0.02 }],
    ["a full disk", { disk_free: 0 }],
  ])("is high because of %s alone", (_, changes) => {
    expect(high(changes)).toBe(true);
  });

  test("ends only well below the limit that it began above", () => {
    expect(high({ io: io_percent })).toBe(false);
    expect(high({ io: io_percent }, true)).toBe(true);
    expect(high({ io: io_percent * 0.71 }, true)).toBe(true);
    expect(high({ io: io_percent * 0.69 }, true)).toBe(false);
    expect(high({ disk_free: 0.04 })).toBe(false);
    expect(high({ disk_free: 0.04 }, true)).toBe(true);
    expect(high({ disk_free: 0.05 }, true)).toBe(false);
  });
});

describe("the machine's pressure", () => {
  function makeProc(files: Record<string, string>): string {
    const proc = tempDir("proc");
    mkdirSync(join(proc, "pressure"));
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(proc, name), text);
    }
    return proc;
  }

  test("is what the kernel's files say", async () => {
    const stalls = (some: string) =>
      `some avg10=${some} avg60=1.00 avg300=2.00 total=5\nfull avg10=77.00 avg60=0.00 avg300=0.00 total=1\n`;
    const proc = makeProc({
      "pressure/io": stalls("61.50"),
      "pressure/cpu": stalls("0.00"),
      "pressure/memory": stalls("100.00"),
      meminfo:
        "MemTotal:        8000 kB\nMemFree:          10 kB\nMemAvailable:    2000 kB\n",
    });
    const sample = await readPressure(proc, proc);
    expect(sample).toMatchObject({
      ...{ io: 61.5, cpu: 0, memory: 100, memory_available: 0.25 },
    });
    expect(sample.disk_free).toBeGreaterThan(0);
    expect(sample.disk_free).toBeLessThan(1);
  });

  test("is not known where they are absent, empty or strange", async () => {
    const proc = makeProc({ "pressure/io": "", meminfo: "MemTotal: 5 MB\n" });
    const nowhere = join(proc, "nowhere");
    expect(await readPressure(nowhere, proc)).toEqual(unknown);
  });

  test("can be read on this machine", async () => {
    const { memory_available } = await readPressure("/");
    expect(memory_available).toBeGreaterThan(0);
    expect(memory_available).toBeLessThanOrEqual(1);
  });
});
