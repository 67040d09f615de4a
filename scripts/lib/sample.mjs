import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export const SAMPLE_TITLE = "Rain in a garden";

/** A small project at `directory`, written once: afterwards it is its
 * user's. */
export async function sampleProject(directory) {
  if (existsSync(directory)) {
    return;
  }
  // Whole or not at all: half a sample would stay for ever.
  const aside = `${directory}.new`;
  await rm(aside, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files())) {
    await mkdir(dirname(join(aside, path)), { recursive: true });
    await writeFile(join(aside, path), text);
  }
  await rename(aside, directory);
}

function files() {
  return {
    "README.md":
      "# Rain in a garden\n\nDaily readings in `data/`, a look at them in `rain.ipynb`.\n",
    "journal.md": "# Journal\n\n- looked at the data\n",
    "data/rain.csv": readings(),
    "rain.ipynb": `${JSON.stringify(notebook(), null, 1)}\n`,
    "scripts/total.py":
      'import csv\n\nwith open("data/rain.csv") as file:\n    print(sum(float(row["mm"]) for row in csv.DictReader(file)))\n',
  };
}

function readings() {
  const rows = Array.from({ length: 365 }, (_, day) => {
    const date = new Date(Date.UTC(2026, 0, 1 + day));
    const mm = Math.max(0, 6 * Math.sin(day / 9) + 2 * Math.sin(day * 1.7));
    return `${date.toISOString().slice(0, 10)},${mm.toFixed(1)}\n`;
  });
  return `day,mm\n${rows.join("")}`;
}

function notebook() {
  return {
    cells: [
      {
        cell_type: "code",
        execution_count: null,
        id: "total",
        metadata: {},
        outputs: [],
        source: ["%run scripts/total.py"],
      },
    ],
    metadata: { kernelspec: { display_name: "Python 3", name: "python3" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
