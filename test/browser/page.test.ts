/** What a person sees and does, in a real browser on a real host. */

import { randomBytes } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import {
  screenshot,
  startBrowser,
  type TestBrowser,
} from "../support/browser.js";
import { change } from "../support/change.js";
import { makeSlowRustic, type SlowRustic } from "../support/slow-rustic.js";
import { slowed } from "../support/slowed.js";
import { type StartedHost, startHost } from "../support/started-host.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const rowsOf = (page: Page) => page.locator("tbody tr.ant-table-row");

/** What the browser itself says when a test signs somebody out. */
const only401 = (complaints: string[]) =>
  complaints.filter((text) => !text.includes("status of 401"));

describeReal(
  "npm start and its page",
  { needs: ["rustic", "chromium"] },
  () => {
    let rustic: SlowRustic;
    let host: StartedHost;
    let browser: TestBrowser;
    let accounts = 0;

    beforeAll(async () => {
      rustic = makeSlowRustic();
      host = await startHost({ env: { PROJECT_BACKUPS_RUSTIC: rustic.path } });
      browser = await startBrowser();
    }, 180_000);

    afterAll(async () => {
      await browser?.close();
      await host?.interrupt();
    }, 60_000);

    async function link(name: string): Promise<string> {
      const args = ["account", "link", name, "--at", host.url];
      return (await host.json<{ sign_in: string }>(...args)).sign_in;
    }

    /** An account of its own: its name and a link that nobody has used. */
    async function person(role = "owner"): Promise<[string, string]> {
      accounts += 1;
      const name = `person-${accounts}`;
      const project = ["--project", host.project_id];
      await host.json("account", "add", name, "--role", role, ...project);
      return [name, await link(name)];
    }

    test("a person backs up, sees progress and the new row, and restores a deleted file", async () => {
      const { page, complaints, close } = await browser.open(host.link);
      // Signed in, and the link is out of the address.
      await page.getByRole("heading", { name: "Rain in a garden" }).waitFor();
      expect(page.url()).toBe(`${host.url}/`);
      const rows = rowsOf(page);
      await rows.first().waitFor();
      const before = await rows.count();
      await screenshot(page, "1-listed");

      writeFileSync(join(host.projectDir, "film.bin"), randomBytes(300e6));
      rustic.hold("backup");
      await page.getByRole("button", { name: "Back up now" }).click();
      await page.getByRole("progressbar").first().waitFor();
      const slow = slowed("rustic", "backup");
      rustic.release();
      // More than the last backup held: no percentage is made up.
      await page.getByText(/\d MB so far/).waitFor();
      await screenshot(page, "2-progress");
      await slow.end();
      await until(async () => (await rows.count()) === before + 1, 60_000);
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
      await close();
    }, 180_000);

    test("what one person does, another one sees without a click", async () => {
      const [, url] = await person();
      const { page, complaints, close } = await browser.open(url);
      const rows = rowsOf(page);
      await rows.first().waitFor();
      const before = await rows.count();
      change(host.projectDir, "journal.md");
      await host.json("backup", host.project_id);
      await until(async () => (await rows.count()) > before, 20_000);
      expect(await rows.count()).toBe(before + 1);
      expect(complaints).toEqual([]);
      await close();
    });

    test("a viewer sees one sentence and no list", async () => {
      const [, url] = await person("viewer");
      const { page, complaints, close } = await browser.open(url);
      const sentence = "Viewers of a project cannot see or use its backups.";
      await page.getByText(sentence).waitFor();
      expect(await page.locator("table").count()).toBe(0);
      const buttons = await page.getByRole("button").allInnerTexts();
      expect(buttons).toEqual(["Sign out"]);
      await screenshot(page, "6-viewer");
      expect(complaints).toEqual([]);
      await close();
    });

    test("a wrong token, and a link used twice, see a clear page", async () => {
      const [, url] = await person();
      const first = await browser.open(url);
      await rowsOf(first.page).first().waitFor();
      for (const refused of [url, `${host.url}/#token=wrong`]) {
        const { page, complaints, close } = await browser.open(refused);
        await page.getByText("You are not signed in").waitFor();
        await page.getByText("This token is not known here").waitFor();
        expect(page.url()).toBe(`${host.url}/`);
        await screenshot(page, "7-wrong-token");
        expect(only401(complaints)).toEqual([]);
        await close();
      }
      // Who is signed in may well open the link once more.
      const again = await first.another(url);
      await rowsOf(again).first().waitFor();
      expect(again.url()).toBe(`${host.url}/`);
      expect(only401(first.complaints)).toEqual([]);
      await first.close();
    });

    test("a link that is pasted into an open tab signs in, and is not left in the address", async () => {
      const [, url] = await person();
      const { page, complaints, close } = await browser.open(host.url);
      await page.getByLabel("Token").waitFor();
      await page.goto(url);
      await rowsOf(page).first().waitFor();
      expect(page.url()).toBe(`${host.url}/`);
      const [other, theirs] = await person();
      await page.goto(theirs);
      await page.getByText(`Signed in as ${other}`).waitFor();
      expect(page.url()).toBe(`${host.url}/`);
      expect(only401(complaints)).toEqual([]);
      await close();
    });

    test("who signs out is out in all tabs, and the address alone lets nobody in", async () => {
      const [, url] = await person();
      const { page, another, complaints, close } = await browser.open(url);
      await rowsOf(page).first().waitFor();
      const other = await another(host.url);
      await rowsOf(other).first().waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Token").waitFor();
      await other.getByText("Your sign-in has ended").waitFor();
      await screenshot(other, "8-ended");
      await page.reload();
      await page.getByLabel("Token").waitFor();
      expect(await page.locator("table").count()).toBe(0);
      expect(only401(complaints)).toEqual([]);
      await close();
    });

    test("who was removed is told at the next click", async () => {
      const [name, url] = await person();
      const { page, complaints, close } = await browser.open(url);
      await rowsOf(page).first().waitFor();
      await host.json("account", "remove", name);
      const backUp = page.getByRole("button", { name: "Back up now" });
      const told = page.getByText("Your sign-in has ended");
      await Promise.any([backUp.click(), told.waitFor()]);
      await told.waitFor();
      expect(only401(complaints)).toEqual([]);
      await close();
    });

    test("in a narrow window all can be reached", async () => {
      const [, url] = await person();
      const opened = await browser.open(url, { width: 400 });
      const { page, complaints, close } = opened;
      const restore = page.getByRole("button", { name: /^Restore/ }).first();
      await restore.waitFor();
      const box = await restore.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(400);
      const wide = await page.evaluate("document.body.scrollWidth");
      expect(wide).toBe(400);
      await screenshot(page, "9-narrow");
      expect(complaints).toEqual([]);
      await close();
    });

    test("a host that is killed is missed, and seen again by itself", async () => {
      const own = await startHost();
      const { page, complaints, close } = await browser.open(own.link);
      await rowsOf(page).first().waitFor();
      const { port } = new URL(own.url);
      await own.kill();
      const stale = page.getByRole("button", { name: "Try again" });
      await stale.waitFor({ timeout: 90_000 });
      await screenshot(page, "10-host-away");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByText("You are still signed in").waitFor();
      await screenshot(page, "11-still-signed-in");
      const back = await startHost({ home: own.home, args: ["--port", port] });
      await stale.waitFor({ state: "detached", timeout: 90_000 });
      await rowsOf(page).first().waitFor();
      // Nothing but what the browser says of a host that is away.
      const others = complaints.filter((text) => !/ERR_CONNEC/.test(text));
      expect(others).toEqual([]);
      await close();
      await back.interrupt();
    }, 240_000);
  },
);
