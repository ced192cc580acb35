import type { Browser, Page } from "playwright-core";
import { keyOf, startBrowser } from "../../harness/browser";
import { shownSecrets } from "../harness/access";
import { verb } from "../harness/command";
import { BASE, OFFSET, PORTS } from "../harness/platform";
import { fillIn, isLogin } from "./login";

const STATUS = `https://localhost:${8430 + OFFSET}/`;
/** What opens without another login, and what is to be read there. */
const OTHERS = [
  ["Prometheus", `https://localhost:${9090 + OFFSET}/api/v1/status/buildinfo`, /"status":"success"/],
  ["Alertmanager", `https://localhost:${9093 + OFFSET}/api/v2/status`, /"versionInfo"/],
  ["the gateway's dashboard", `https://localhost:${PORTS.dashboard}/api/overview`, /"routers"/],
] as const;

/** One session for all tools, in a browser: begun once, good everywhere, ended once. */
export function sessionCases(): void {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    const ca = (await verb("ca export")).stdout;
    browser = await startBrowser([await keyOf(STATUS, ca)]);
    page = await (await browser.newContext()).newPage();
  });
  afterAll(() => browser?.close());

  it("the private status page sends a stranger to the login, and shows itself after it", async () => {
    await page.goto(STATUS);
    expect(isLogin(page.url())).toBe(true);
    const password = (await shownSecrets()).find(({ id }) => id === "authn-admin")?.password ?? "";
    await fillIn(page, { username: "admin", password });
    expect(page.url()).toBe(STATUS);
    await page.locator(".components > li").first().waitFor({ timeout: 20_000 });
  });

  it.each(OTHERS)("%s opens without another login", async (_name, url, text) => {
    const answer = await page.goto(url);
    expect([answer?.status(), page.url()]).toEqual([200, url]);
    expect(await answer?.text()).toMatch(text);
  });

  it("a person's page of Prometheus opens too", async () => {
    expect((await page.goto(`https://localhost:${9090 + OFFSET}/`))?.status()).toBe(200);
    expect(await page.title()).toContain("Prometheus");
  });

  it("the logout ends it everywhere", async () => {
    await page.goto(`${BASE}/api/auth/login`);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Password").waitFor({ timeout: 20_000 });
    for (const url of [STATUS, ...OTHERS.map(([, address]) => address)]) {
      await page.goto(url);
      expect([url, isLogin(page.url())]).toEqual([url, true]);
    }
  });
}
