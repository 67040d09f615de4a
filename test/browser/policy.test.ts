/** Pins, names, forgetting and the policy, in a real browser on a real host. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import {
  screenshot,
  startBrowser,
  type TestBrowser,
} from "../support/browser.js";
import { type StartedHost, startHost } from "../support/started-host.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const rowsOf = (page: Page) => page.locator("tbody tr.ant-table-row");

describeReal(
  "what an owner decides, on the page",
  { needs: ["rustic", "chromium"] },
  () => {
    let host: StartedHost;
    let browser: TestBrowser;

    beforeAll(async () => {
      host = await startHost();
      for (const text of ["first", "second", "third"]) {
        writeFileSync(join(host.projectDir, "draft.md"), `the ${text} one\n`);
        await host.json("backup", host.project_id);
      }
      browser = await startBrowser();
    }, 240_000);

    afterAll(async () => {
      await browser?.close();
      await host?.interrupt();
    }, 60_000);

    async function link(name: string): Promise<string> {
      const args = ["account", "link", name, "--at", host.url];
      return (await host.json<{ sign_in: string }>(...args)).sign_in;
    }

    async function person(name: string, role: string): Promise<string> {
      const project = ["--project", host.project_id];
      await host.json("account", "add", name, "--role", role, ...project);
      return link(name);
    }

    test("the page tells of the check of the repository", async () => {
      await host.json("repo", "check");
      const { page, complaints, close } = await browser.open(
        await link("owner"),
      );
      const told = /The repository was last checked .*: no damage was found\./;
      await page.getByText(told).waitFor();
      await screenshot(page, "19-checked");
      expect(complaints).toEqual([]);
      await close();
    });

    test("a backup is pinned, named, forgotten and taken back", async () => {
      const { page, complaints, close } = await browser.open(host.link);
      const rows = rowsOf(page);
      await rows.first().waitFor();
      const before = await rows.count();
      await choose(page, rows.first(), "Pin");
      await rows.first().getByRole("img", { name: "Pinned" }).waitFor();

      await choose(page, rows.nth(1), "Name and note…");
      const naming = page.getByRole("dialog");
      const name = naming.getByLabel("Name");
      await until(() => name.evaluate((one) => one.matches(":focus")));
      await name.fill("Before the migration");
      await naming.getByLabel("Note").fill("Ask Ada before you restore it.");
      await screenshot(page, "20-name");
      await naming.getByRole("button", { name: "Save" }).click();
      await rows.nth(1).getByText("Before the migration").waitFor();
      await naming.waitFor({ state: "hidden" });
      await screenshot(page, "21-marked");

      await choose(page, rows.nth(2), "Forget…");
      const forgetting = page.getByRole("dialog");
      await forgetting.getByText(/take it back until/).waitFor();
      await screenshot(page, "22-forget");
      await forgetting.getByRole("button", { name: "Forget it" }).click();
      await until(async () => (await rows.count()) === before - 1, 20_000);
      await forgetting.waitFor({ state: "hidden" });
      await page.getByRole("switch", { name: "Show forgotten" }).click();
      await rows
        .nth(2)
        .getByText(/^forgotten/)
        .waitFor();
      await screenshot(page, "23-forgotten");
      await page.getByRole("button", { name: /^Take back/ }).click();
      await page.getByText("No forgotten backup can be taken back.").waitFor();
      expect(await rows.count()).toBe(before);
      expect(complaints).toEqual([]);
      await close();
    }, 120_000);

    test("a policy is tried, refused where it keeps nothing, and saved", async () => {
      const { page, complaints, close } = await browser.open(
        await link("owner"),
      );
      await page.getByRole("button", { name: "Policy…" }).click();
      const drawer = page.getByRole("dialog");
      await drawer.getByRole("switch").waitFor();
      await screenshot(page, "24-policy");
      await drawer.getByText("At times of your own (cron)").click();
      await drawer.getByLabel("Cron expression").fill("soon");
      await drawer.getByLabel("Time zone").fill("Europe/Vienna");
      await drawer.getByText(/Give five fields/).waitFor();
      await drawer.getByText("Keep the newest, and all young ones").click();
      await screenshot(page, "25-errors");
      await drawer.getByLabel("Cron expression").fill("0 3 * * *");
      for (const name of ["Days", "Weeks", "Months", "Years"]) {
        await drawer.getByLabel(name, { exact: true }).fill("0");
      }
      const newest = drawer.getByLabel("Newest", { exact: true });
      await newest.nth(0).fill("0");
      await newest.nth(1).fill("0");
      await drawer.getByRole("button", { name: "Save" }).click();
      await drawer.getByText("The policy was not saved").waitFor();
      await screenshot(page, "26-refused");

      await newest.nth(0).fill("1");
      await newest.nth(1).fill("1");
      await drawer.getByRole("button", { name: "Preview" }).click();
      await drawer.getByText(/would be kept, (one|\d) would go/).waitFor();
      expect(await drawer.getByText("Goes").count()).toBeGreaterThan(0);
      await screenshot(page, "27-preview");

      const args = ["policy", "set", host.project_id, "--keep-yearly", "9"];
      await host.json(...args);
      await drawer.getByRole("button", { name: "Save" }).click();
      const anew = drawer.getByRole("button", { name: "Read it anew" });
      await anew.waitFor();
      await screenshot(page, "27-conflict");
      await anew.click();
      await anew.waitFor({ state: "hidden" });
      const years = drawer.getByLabel("Years", { exact: true });
      await until(async () => (await years.inputValue()) === "9");
      await drawer.getByRole("switch").click();
      await drawer.getByRole("button", { name: "Save" }).click();
      await page.getByText("The policy is saved.").waitFor();
      await page.getByText(/^Backups are off/).waitFor();
      await drawer.waitFor({ state: "hidden" });
      await screenshot(page, "28-off");
      expect(complaints).toEqual([]);
      await close();
    }, 120_000);

    test("a project that has not changed is said to be safe", async () => {
      await host.json("backup", host.project_id);
      const { page, complaints, close } = await browser.open(
        await link("owner"),
      );
      await page.getByText(/Nothing had changed since then/).waitFor();
      expect(complaints).toEqual([]);
      await screenshot(page, "29-unchanged");
      await close();
    }, 60_000);

    test("a collaborator sees it all and changes nothing", async () => {
      const url = await person("ben", "collaborator");
      const { page, complaints, close } = await browser.open(url);
      await rowsOf(page).first().waitFor();
      expect(await page.getByRole("button", { name: /^More/ }).count()).toBe(0);
      await page.getByText(/Only the project’s owner can pin/).waitFor();
      await screenshot(page, "30-collaborator");
      await page.getByRole("button", { name: "Policy…" }).click();
      const drawer = page.getByRole("dialog");
      await drawer.getByText(/Only the project’s owner/).waitFor();
      const days = drawer.getByLabel("Days", { exact: true });
      expect(await days.isDisabled()).toBe(true);
      await screenshot(page, "31-collaborator-policy");
      expect(complaints).toEqual([]);
      await close();
    }, 60_000);

    test("in a narrow window the drawer and the rows fit", async () => {
      const opened = await browser.open(await link("owner"), {
        width: 400,
      });
      const { page, complaints, close } = opened;
      const more = page.getByRole("button", { name: /^More/ }).first();
      await more.waitFor();
      expect(await right(more)).toBeLessThanOrEqual(400);
      await screenshot(page, "32-narrow");
      await more.click();
      await page.getByRole("menuitem").first().waitFor();
      await screenshot(page, "33-narrow-menu");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Policy…" }).click();
      const drawer = page.getByRole("dialog");
      await drawer.getByRole("button", { name: "Preview" }).click();
      await drawer.getByText(/would be kept/).waitFor();
      for (const button of await drawer.getByRole("button").all()) {
        expect(await right(button)).toBeLessThanOrEqual(400);
      }
      expect(await page.evaluate("document.body.scrollWidth")).toBe(400);
      await screenshot(page, "34-narrow-policy");
      expect(complaints).toEqual([]);
      await close();
    }, 60_000);
  },
);

async function choose(page: Page, row: Locator, entry: string): Promise<void> {
  const entries = page.getByRole("menuitem").filter({ visible: true });
  // The menu of another row may still be on its way out.
  await until(async () => (await entries.count()) === 0);
  await row.getByRole("button", { name: /^More/ }).click();
  const named = page.getByRole("menuitem", { name: entry, exact: true });
  await named.filter({ visible: true }).click();
}

async function right(one: Locator): Promise<number> {
  const box = await one.boundingBox();
  return (box?.x ?? 0) + (box?.width ?? 999);
}
