import { findLeaks } from "./leaks.js";
import { removeTree, tempRoot } from "./temp.js";

afterEach(async function checkLeaks() {
  const leaks = await findLeaks(tempRoot());
  if (leaks.length === 0) return;
  const list = leaks.map(({ kind, what }) => `  ${kind}: ${what}`).join("\n");
  throw new Error(`this test left behind:\n${list}`);
});

afterAll(function removeTempRoot() {
  removeTree(tempRoot());
}, 60_000);
