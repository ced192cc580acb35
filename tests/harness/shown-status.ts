import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";

/** The status page as somebody sees it in a browser. */
export class ShownStatus {
  /** What the browser complained about, from the first request on. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
  }

  /**
   * @param prepare is done to the page before it asks for anything
   * @throws when the address does not answer with a page
   */
  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
    prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
  ): Promise<ShownStatus> {
    const context = await browser.newContext(options);
    const shown = new ShownStatus(await context.newPage(), context);
    await prepare(shown.page);
    const answer = await shown.page.goto(url);
    if (answer?.ok() !== true) throw new Error(`${url} answered ${answer?.status() ?? "nothing"}`);
    return shown;
  }

  close(): Promise<void> {
    return this.context.close();
  }

  get headline(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  get rows(): Locator {
    return this.page.locator(".components > li");
  }

  /** A component, by its title. */
  row(title: string): Locator {
    return this.rows.filter({ has: this.#heading(title) });
  }

  /** How a component is, in a word. */
  state(title: string): Locator {
    return this.row(title).locator(".badge");
  }

  /** An open incident, by its title. */
  incident(title: string): Locator {
    return this.page.locator("article", { has: this.#heading(title) });
  }

  /** An incident that is over, by its title; the newest of them. */
  pastIncident(title: string): Locator {
    return this.page.locator("details.card").filter({ hasText: title }).first();
  }

  #heading(name: string): Locator {
    return this.page.getByRole("heading", { name, exact: true });
  }
}

/** Waits until it is there with that text. @throws when it is not within so many seconds */
export async function expectText(locator: Locator, text: string | RegExp, seconds = 5): Promise<void> {
  await locator.filter({ hasText: text }).waitFor({ timeout: seconds * 1000 });
}
