import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { startService, type RunningService } from "../../../services/kit";
import { statusWeb } from "../../../services/status-web/src/service";
import { startBrowser } from "../../harness/browser";
import { until } from "../../harness/docker";
import { expectText, ShownStatus } from "../../harness/shown-status";
import { startPostgres, type Store } from "../stores";
import {
  alertOf,
  allWell,
  call,
  CREDENTIALS,
  pageOf,
  postAlerts,
  startApi,
  startMeasurements,
  untilStates,
  type Api,
  type Measurements,
} from "./given";

let postgres: Store;
let prometheus: Measurements;
let api: Api;
let web: RunningService;
let browser: Browser;
let dir: string;
const opened: ShownStatus[] = [];

beforeAll(async () => {
  [postgres, prometheus, browser] = await Promise.all([
    startPostgres("status-browser"),
    startMeasurements(),
    startBrowser(),
  ]);
  allWell(prometheus);
  api = await startApi(postgres, prometheus.url);
  dir = mkdtempSync(join(tmpdir(), "t26-status-browser-"));
  writeFileSync(join(dir, "token"), CREDENTIALS.web);
  web = await startService(statusWeb, {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    STATUS_API_URL: api.base,
    STATUS_API_PASSWORD_FILE: join(dir, "token"),
    KEEP_MS: "0",
  });
}, 90_000);
afterEach(async () => {
  await Promise.all(opened.splice(0).map((shown) => shown.close()));
});
afterAll(async () => {
  await browser.close();
  await web.stop();
  await api.close();
  prometheus.close();
  await postgres.close();
  rmSync(dir, { recursive: true });
});
beforeEach(async () => {
  allWell(prometheus);
  await untilStates(api, { oms: "operational", risk: "operational", postgres: "operational" });
});

/** The page in a browser, its clock in the test's hand. */
async function openPage(options: BrowserContextOptions = {}): Promise<ShownStatus> {
  const shown = await ShownStatus.open(browser, `http://127.0.0.1:${web.port}/`, options, (page) =>
    page.clock.install(),
  );
  opened.push(shown);
  return shown;
}

/** Half a minute later: the page has refreshed itself. */
async function later(page: Page): Promise<void> {
  const refreshed = page.waitForResponse((response) => new URL(response.url()).pathname === "/");
  await page.clock.fastForward(31_000);
  await refreshed;
}

test("all is well, in words, without a complaint of the browser", async () => {
  const shown = await openPage();
  const { page, complaints } = shown;
  await expectText(shown.headline, "All systems operational");
  expect(await page.title()).toBe("All systems operational · Trade2026 status");
  await expectText(page.getByRole("heading", { level: 2 }).first(), "Order path and market data");
  for (const title of ["Orders", "Risk checks", "PostgreSQL"])
    await expectText(shown.state(title), "Operational");
  await later(page);
  expect(complaints).toEqual([]);
});

test("a stopped component shows, on a page that is open, and is gone when it runs again", async () => {
  const shown = await openPage();
  const { page, complaints } = shown;
  await expectText(shown.state("Orders"), "Operational");
  prometheus.running.oms = 0;
  await untilStates(api, { oms: "down" });
  await later(page);
  await expectText(shown.state("Orders"), "Down");
  await expectText(shown.state("Risk checks"), "Operational");
  await expectText(shown.headline, "Important systems are down");
  await expectText(page.locator(".banner"), "1 component down: Orders.");
  // who listens hears it
  await expectText(page.locator("#announcement"), "Important systems are down");
  expect(await page.title()).toMatch(/^Important systems are down/);
  allWell(prometheus);
  await untilStates(api, { oms: "operational" });
  await until(
    "the bad minute in the days",
    15,
    () => pageOf(api),
    ({ components: [oms] }) => (oms?.days.at(-1)?.down ?? 0) > 0,
  );
  await later(page);
  await expectText(shown.state("Orders"), "Operational");
  // its bad minute is still there, in words
  await shown.row("Orders").getByText("1 day with problems").click();
  await expectText(shown.row("Orders").locator("li"), /: \d+ min down/);
  await later(page);
  expect(await shown.row("Orders").locator("details").getAttribute("open")).not.toBeNull();
  expect(complaints).toEqual([]);
});

test("an incident appears when an alert fires and closes when it is resolved", async () => {
  const shown = await openPage();
  const { page } = shown;
  const summary = `<b>Orders</b> do not answer & "wait"`;
  const firing = alertOf({ annotations: { summary } });
  expect((await postAlerts(api, [firing])).status).toBe(200);
  await later(page);
  const incident = shown.incident(summary);
  await expectText(incident, "Outage");
  await expectText(incident.locator(".timeline"), "Investigating");
  await expectText(shown.headline, "Some systems have problems");

  const [open] = (await pageOf(api)).incidents.open;
  await call(api, "POST", `/incidents/${open?.id ?? ""}/updates`, {
    token: "ann/admin",
    body: { status: "identified", text: "A cable." },
  });
  await later(page);
  await expectText(incident.locator(".timeline"), "A cable.");

  await postAlerts(api, [{ ...firing, status: "resolved", endsAt: new Date().toISOString() }]);
  await later(page);
  await expectText(shown.headline, "All systems operational");
  expect(await page.getByRole("heading", { name: "Open incidents" }).count()).toBe(0);
  const past = shown.pastIncident(summary);
  await past.locator("summary").click();
  await expectText(past.locator(".timeline"), "The monitoring reports that it is over.");
});

test("works without JavaScript, and asks the browser to come back", async () => {
  prometheus.running.risk = 0;
  await untilStates(api, { risk: "down" });
  const shown = await openPage({ javaScriptEnabled: false });
  const { page } = shown;
  await expectText(shown.state("Risk checks"), "Down");
  expect(await page.locator('meta[http-equiv="refresh"]').getAttribute("content")).toBe("60");
});

test.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 360],
  ["dark", 360],
] as const)("fits and can be read: %s, %d pixels wide", async (colorScheme, width) => {
  const shown = await openPage({ colorScheme, viewport: { width, height: 800 } });
  const { page } = shown;
  await expectText(shown.headline, "All systems operational");
  // nothing lies beside the page
  expect(
    await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
  ).toBe(0);
  const luminance = (await page.evaluate(CONTRASTS)) as readonly {
    readonly text: string;
    readonly contrast: number;
  }[];
  expect(luminance.length).toBeGreaterThan(10);
  expect(luminance.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
});

test("when the API is away the page says so, and keeps what it knew", async () => {
  const shown = await openPage();
  const { page } = shown;
  await expectText(shown.state("Orders"), "Operational");
  await api.close();
  await later(page);
  await expectText(shown.headline, "The status cannot be read at the moment");
  await expectText(shown.state("Orders"), "Unknown");
  api = await startApi(postgres, prometheus.url);
  // another port: the page's own service still asks the old one
  expect((await fetch(`http://127.0.0.1:${web.port}/`)).status).toBe(200);
  // and when even that is away, the page in the browser says it itself
  await page.route("**/*", (route) => route.abort());
  await page.clock.fastForward(31_000);
  await page.getByText("This page could not be refreshed").waitFor({ timeout: 5000 });
});

/** Contrast of every text to what lies behind it (WCAG 2.2, 1.4.3), of colours as the browser has worked them out. */
const CONTRASTS = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const parent = walker.currentNode.parentElement;
    if (text === "" || !parent.checkVisibility() || parent.closest(".visually-hidden")) continue;
    const behind = [];
    for (let each = parent; each; each = each.parentElement) behind.unshift(getComputedStyle(each).backgroundColor);
    const ground = over(behind);
    const ink = over([...behind, getComputedStyle(parent).color]);
    const [dark, light] = [luminance(ground), luminance(ink)].sort((a, b) => a - b);
    found.push({ text, contrast: Math.round(((light + 0.05) / (dark + 0.05)) * 100) / 100 });
  }
  return found;
})()`;
