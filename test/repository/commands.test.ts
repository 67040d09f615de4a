import { ZodError } from "zod";
import { backupCommand } from "../../lib/repository/commands/backup.js";
import { checkAllCommand } from "../../lib/repository/commands/check.js";
import { figuresCommand } from "../../lib/repository/commands/figures.js";
import { forgetCommand } from "../../lib/repository/commands/forget.js";
import { pruneCommand } from "../../lib/repository/commands/prune.js";
import type { LogRecord } from "../../lib/repository/log.js";
import { job_id, project_id } from "./ground.js";

const [parent, made] = ["ab".repeat(32), "cd".repeat(32)];
const complete = {
  message_type: "summary",
  ...{ files_new: 0, files_changed: 0, files_unmodified: 1 },
  ...{ dirs_new: 0, dirs_changed: 0, dirs_unmodified: 2 },
  ...{ data_blobs: 0, tree_blobs: 0, data_added: 0, data_added_packed: 0 },
  ...{ total_files_processed: 1, total_bytes_processed: 4 },
  total_duration: 0.01,
};
const compared = "[INFO] using parents abababab\n";

function backUp(
  summary: object,
  {
    stderr = compared,
    ...more
  }: { stderr?: string; always?: boolean; parent?: string } = {},
) {
  const what = { directory: "/", source: ["."], project_id, job_id };
  const command = backupCommand({ ...what, onBytes() {}, ...more });
  const stdout = `${JSON.stringify(summary)}\n`;
  return { ...command, result: command.parse({ stdout, stderr, records: [] }) };
}

test("a summary without an id says that all is as in the parent", () => {
  const { args, result } = backUp(complete, { parent });
  expect(args).toContain("--skip-if-unchanged");
  expect(result).toMatchObject({ backup_id: parent, unchanged: true });
});

test("a summary with an id names a new backup", () => {
  const { result } = backUp({ ...complete, snapshot_id: made }, { parent });
  expect(result).toMatchObject({ backup_id: made, unchanged: false });
});

const { total_duration: _last, ...cut } = complete;

test.each<[string, object, Parameters<typeof backUp>[1]]>([
  ["a summary that was cut", cut, { parent }],
  ["an id that is none", { ...complete, snapshot_id: "abc" }, { parent }],
  ["no id at all", { ...complete, snapshot_id: null }, { parent }],
  ["no summary", { message_type: "status", bytes_done: 4 }, { parent }],
  ["nobody's parent", complete, {}],
  ["a parent that was not to be skipped", complete, { parent, always: true }],
  [
    "a parent that was not found",
    complete,
    { parent, stderr: "[INFO] using no parent\n" },
  ],
])("%s proves nothing", (_what, summary, more) => {
  expect(backUp(summary, more).result).toBeUndefined();
});

test("tags stand beside the job's", () => {
  const what = { directory: "/", source: ["."], project_id, job_id };
  const tags = ["trigger=hub"];
  const { args } = backupCommand({ ...what, tags, onBytes() {} });
  const at = args.indexOf("--tag");
  expect(args.slice(at, at + 4)).toEqual([
    ...["--tag", `job=${job_id}`],
    ...["--tag", "trigger=hub"],
  ]);
});

test.each([[[]], [["ab"]], [[parent, "latest"]]])(
  "%j is nothing to forget: rustic would choose for itself",
  (ids) => {
    expect(() => forgetCommand(ids)).toThrow(ZodError);
  },
);

const pruned = `[INFO] to repack:          2 packs,         11 blobs,    1.5 MiB
[INFO] this removes:                         5 blobs,      512 B
[INFO] to delete:          3 packs,          7 blobs,    2.0 KiB
[INFO] unindexed:          1 packs,         ?? blobs,      100 B
[INFO] total prune:                         12 blobs,    2.6 KiB
[INFO] remaining:                           40 blobs,   10.0 MiB
[INFO] unused size after prune:    1.0 MiB (10.00% of remaining size)
[INFO] packs marked for deletion:         15,   30.0 KiB
[INFO]  - complete deletion:               4,   10.0 KiB
[INFO]  - keep marked:                     5,   15.0 KiB
[INFO]  - recover:                         6,    5.0 KiB
[DEBUG] index files to rebuild: 7 / 9
`;
const mib = 1024 ** 2;

function prune(stderr: string, records: LogRecord[] = []) {
  const command = pruneCommand({ keepDeleteSeconds: 90.5 });
  return command.parse({ stdout: "", stderr, records });
}

test("a prune's figures are read off its words", () => {
  expect(prune(pruned)).toEqual({
    packs_repacked: 2,
    packs_marked: 6,
    bytes_marked: 1.5 * mib + 2048 + 100,
    packs_recovered: 6,
    ...{ packs_waiting: 5, bytes_waiting: 15 * 1024 },
    ...{ packs_removed: 4, bytes_removed: 10 * 1024 },
    ...{ bytes_used: 9 * mib, bytes_unused: mib },
    index_files_rebuilt: 7,
  });
});

test("a prune that finds nothing to do leaves packs that nobody named", () => {
  const idle = `${pruned}[INFO] nothing to do!\n`;
  expect(prune(idle)).toMatchObject({ packs_marked: 5 });
});

test("a prune that says less, or of an error, is none", () => {
  for (const line of pruned.trimEnd().split("\n")) {
    if (/this removes|unindexed|total prune|packs marked/.test(line)) continue;
    expect(prune(pruned.replace(`${line}\n`, ""))).toBeUndefined();
  }
  const text = "error listing packs";
  expect(prune(pruned, [{ level: "ERROR", text }])).toBeUndefined();
});

test("a prune gets its limits as rustic reads them, and never deletes at once", () => {
  const { args } = pruneCommand({
    ...{ keepDeleteSeconds: 90.5, maxRepackBytes: 1000 },
  });
  expect(args.join(" ")).toMatch(
    /^prune .*--keep-delete 91s --max-repack 1000B$/,
  );
  expect(args).not.toContain("--instant-delete");
});

const errors = (count: number, text = "pack 1 is wrong"): LogRecord[] =>
  Array.from({ length: count }, () => ({ level: "ERROR", text }));

test("a check tells of the first errors, and of none that is none", () => {
  const { parse, args } = checkAllCommand({ subset: { part: 2, of: 7 } });
  expect(args).toEqual(["check", "--read-data", "--read-data-subset", "2/7"]);
  const many = parse({ stdout: "", exitCode: 1, records: errors(25) });
  expect(many?.errors).toHaveLength(20);
  const orphan =
    "pack 2e5a marked to delete: true: size computed by index: 36, actual size: 20210. To repair: 'rustic repair index'.";
  const records = errors(1, orphan);
  expect(parse({ stdout: "", exitCode: 1, records })).toEqual({ errors: [] });
  expect(parse({ stdout: "", exitCode: 1, records: [] })).toBeUndefined();
});

test("what a check found is one line, without places of the host", () => {
  const text = [
    "error checking trees : `rustic_core` experienced an error related to `the backend`.",
    ...["", "Message:", "Tree ID `00000001` not found in /srv/repo", ""],
    ...["", "Backtrace:", "disabled"],
  ].join("\n");
  const records = errors(1, text);
  const found = checkAllCommand({}).parse({ stdout: "", exitCode: 1, records });
  expect(found?.errors).toEqual([
    "error checking trees: Tree ID `00000001` not found in …",
  ]);
});

test("figures that are no figures are none", () => {
  expect(figuresCommand.parse({ stdout: "{}", records: [] })).toBeUndefined();
});
