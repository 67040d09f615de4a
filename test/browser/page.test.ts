/** What a person sees and does, in a real browser on a real host. */

import { randomBytes } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  screenshot,
  startBrowser,
  type TestBrowser,
} from "../support/browser.js";
import { type StartedHost, startHost } from "../support/started-host.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

describeReal(
  "npm start and its page",
  { needs: ["rustic", "chromium"] },
  () => {
    let host: StartedHost;
    let browser: TestBrowser;

    beforeAll(async () => {
      host = await startHost();
      browser = await startBrowser();
    }, 180_000);

    afterAll(async () => {
      await browser?.close();
      await host?.interrupt();
    }, 60_000);

    test("a person backs up, sees progress and the new row, and restores a deleted file", async () => {
      const { page, complaints } = await browser.open(host.link);
      // Signed in, and the link is out of the address.
      await page.getByRole("heading", { name: "Rain in a garden" }).waitFor();
      expect(page.url()).toBe(`${host.url}/`);
      const rows = page.locator("tbody tr.ant-table-row");
      await rows.first().waitFor();
      expect(await rows.count()).toBe(1);
      await screenshot(page, "1-listed");

      writeFileSync(join(host.projectDir, "film.bin"), randomBytes(300e6));
      await page.getByRole("button", { name: "Back up now" }).click();
      await page.getByRole("progressbar").first().waitFor();
      // More than the last backup held: no percentage is made up.
      await page.getByText(/\d MB so far/).waitFor();
      await screenshot(page, "2-progress");
      await until(async () => (await rows.count()) === 2, 60_000);
      await page.getByRole("progressbar").waitFor({ state: "detached" });
      await screenshot(page, "3-new-row");

      const journal = join(host.projectDir, "journal.md");
      rmSync(journal);
      await rows
        .first()
        .getByRole("button", { name: /Restore/ })
        .click();
      const dialog = page.getByRole("dialog");
      await dialog.waitFor();
      const confirm = dialog.getByRole("button", { name: /Restore/ });
      expect(await confirm.isDisabled()).toBe(true);
      await dialog.getByRole("checkbox").check();
      await screenshot(page, "4-restore");
      await confirm.click();
      await until(() => existsSync(journal), 60_000);
      await page.getByText("was restored").first().waitFor();
      await screenshot(page, "5-restored");
      expect(complaints).toEqual([]);
      await page.context().close();
    }, 180_000);

    test("what one person does, another one sees without a click", async () => {
      const { sign_in } = await host.json<{ sign_in: string }>(
        ...["account", "link", "owner", "--at", host.url],
      );
      const { page } = await browser.open(sign_in);
      const rows = page.locator("tbody tr.ant-table-row");
      await rows.first().waitFor();
      const before = await rows.count();
      await host.json("backup", host.project_id);
      await until(async () => (await rows.count()) > before, 20_000);
      expect(await rows.count()).toBe(before + 1);
      await page.context().close();
    });

    test("a viewer sees one sentence and no list", async () => {
      const project = ["--project", host.project_id];
      await host.json(
        "account",
        "add",
        "guest",
        "--role",
        "viewer",
        ...project,
      );
      const { sign_in } = await host.json<{ sign_in: string }>(
        ...["account", "link", "guest", "--at", host.url],
      );
      const { page } = await browser.open(sign_in);
      const sentence = "Viewers of a project cannot see or use its backups.";
      await page.getByText(sentence).waitFor();
      expect(await page.locator("table").count()).toBe(0);
      const buttons = await page.getByRole("button").allInnerTexts();
      expect(buttons).toEqual(["Sign out"]);
      await screenshot(page, "6-viewer");
      await page.context().close();
    });

    test("a wrong token, and a link used twice, see a clear page", async () => {
      for (const link of [host.link, `${host.url}/#token=wrong`]) {
        const { page } = await browser.open(link);
        await page.getByText("You are not signed in").waitFor();
        await page.getByText("This token is not known here").waitFor();
        expect(page.url()).toBe(`${host.url}/`);
        await screenshot(page, "7-wrong-token");
        await page.context().close();
      }
    });

    test("who signs out is out, and the address alone lets nobody in", async () => {
      const { sign_in } = await host.json<{ sign_in: string }>(
        ...["account", "link", "owner", "--at", host.url],
      );
      const { page } = await browser.open(sign_in);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Token").waitFor();
      await page.reload();
      await page.getByLabel("Token").waitFor();
      expect(await page.locator("table").count()).toBe(0);
      await page.context().close();
    });
  },
);
