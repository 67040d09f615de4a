import {
  createStatusReader,
  lastMessage,
} from "../../lib/repository/progress.js";

function read(lines: readonly string[]) {
  const seen: { done: number; total?: number }[] = [];
  const take = createStatusReader((bytes) => seen.push(bytes));
  for (const line of lines) take(line);
  return seen;
}

test("bytes are reported with the total where rustic knows it", () => {
  expect(
    read([
      '{"message_type":"status","seconds_elapsed":0,"bytes_done":0}',
      '{"message_type":"status","seconds_elapsed":1,"percent_done":0.5,"total_bytes":10,"bytes_done":5}',
    ]),
  ).toEqual([{ done: 0 }, { done: 5, total: 10 }]);
});

test("counts beyond 32 bits arrive whole", () => {
  const bytes_done = 9_000_000_000_000_001;
  const line = JSON.stringify({ message_type: "status", bytes_done });
  expect(read([line])).toEqual([{ done: bytes_done }]);
});

test("other lines of stdout are not progress", () => {
  expect(
    read([
      "",
      "Files:  1 to restore, 0 unchanged",
      "restore done.",
      "{half a line",
      '{"message_type":"summary","bytes_done":3}',
      '{"message_type":"status","bytes_done":"3"}',
      '{"message_type":"status"}',
    ]),
  ).toEqual([]);
});

test("the last message is the last line, if that is one", () => {
  expect(lastMessage('{"a":1}\n{"b":2}\n')).toEqual({ b: 2 });
  expect(lastMessage('{"a":1}\nrestore done.\n')).toBeUndefined();
  expect(lastMessage('{"a":1}\n{"b":')).toBeUndefined();
  expect(lastMessage("")).toBeUndefined();
});
