import type Docker from "dockerode";
import type { Browser } from "playwright-core";
import type { ServiceSpec } from "../../../model/service";
import type { Incident, StatusComponent } from "../../../services/contracts/status";
import { STATE_WORDS } from "../../../services/status-web/src/words";
import { keyOf, startBrowser } from "../../harness/browser";
import { until } from "../../harness/docker";
import { ask } from "../../harness/https";
import { expectText, ShownStatus } from "../../harness/shown-status";
import { shownSecrets } from "../harness/access";
import { verb } from "../harness/command";
import { BASE, OFFSET, physical } from "../harness/platform";
import { say } from "../harness/progress";
import { wellAgain } from "../harness/well";
import { Api } from "../trading/api";
import { logInBeside } from "./login";

const ADDRESS = `https://localhost:${8430 + OFFSET}/`;
/** Nothing stands on it, and no other fault of this chapter is about it. */
const VICTIM = { name: "api-docs", title: "API documentation" } as const;
/** Until the page shows it: two measurements, an alert's time and its own half minute, on a busy machine. */
const LIMIT_SECONDS = 300;

/** The status page of the running platform, in a browser, at its address behind the tools gateway and the platform's login. */
export function pageCases(docker: () => Docker, services: readonly ServiceSpec[]): void {
  let api: Api;
  let admin: string;
  let browser: Browser;
  let shown: ShownStatus;
  beforeAll(async () => {
    api = new Api(BASE, (await verb("ca export")).stdout);
    browser = await startBrowser([await keyOf(ADDRESS, api.ca)]);
    const secrets = await shownSecrets();
    const of = (id: string) => ({
      username: "",
      password: "",
      ...secrets.find((secret) => secret.id === id),
    });
    admin = await api.login("admin", of("authn-admin").password);
    const person = { username: "admin", password: of("authn-admin").password };
    shown = await ShownStatus.open(browser, ADDRESS, {}, (page) => logInBeside(page, person));
  });
  afterAll(async () => {
    await browser?.close();
    api?.close();
  });

  const shownStates = async (): Promise<readonly string[]> => {
    const [titles, words] = await Promise.all([
      shown.rows.getByRole("heading").allInnerTexts(),
      shown.rows.locator(".badge").allInnerTexts(),
    ]);
    return titles.map((title, row) => `${title.trim()}: ${words[row]?.trim() ?? "nothing"}`).sort();
  };

  it("asks who is there", async () => {
    expect((await ask(ADDRESS, { ca: api.ca })).status).toBe(401);
  });

  it("shows every service as it is", async () => {
    // what a chapter before this one has broken is on record for a while
    const { seen } = await until(
      "the page shows what its service says",
      LIMIT_SECONDS,
      async () => {
        const { body } = await api.as(admin)<{ readonly components: readonly StatusComponent[] }>(
          "GET",
          "/status/components",
        );
        const said = body.components.map(({ title, state }) => `${title}: ${STATE_WORDS[state]}`).sort();
        return { said, seen: await shownStates() };
      },
      ({ said, seen: shownNow }) => said.join() === shownNow.join(),
      1000,
    );
    expect(seen.map((line) => line.split(": ")[0]).sort()).toEqual(services.map(({ title }) => title).sort());
    await expectText(shown.state(VICTIM.title), STATE_WORDS.operational, LIMIT_SECONDS);
    // an alert of the host itself is an incident of no component
    const isWell = async (): Promise<boolean> =>
      (await shown.page.locator("article").count()) === 0 &&
      (await shownStates()).every((line) => line.endsWith(`: ${STATE_WORDS.operational}`));
    await until(
      "the headline says whether all are",
      LIMIT_SECONDS,
      async () => ({ well: await isWell(), headline: await shown.headline.innerText() }),
      ({ well, headline }) =>
        well ? headline === "All systems operational" : /have problems|are down/.test(headline),
      1000,
    );
  });

  it("shows an operator's incident, and that it is over", async () => {
    const title = "Documentation is slow";
    const { status, body } = await api.as(admin)<Incident>("POST", "/status/incidents", {
      ...{ title, text: "We are looking.", impact: "degraded", components: [VICTIM.name] },
    });
    expect(status).toBe(201);
    const incident = shown.incident(title);
    await expectText(incident.locator(".timeline"), "We are looking.", LIMIT_SECONDS);
    await expectText(shown.state(VICTIM.title), STATE_WORDS.degraded);
    const tell = (update: object) => api.as(admin)("POST", `/status/incidents/${body.id}/updates`, update);
    await tell({ status: "identified", text: "A disk is full." });
    expect((await tell({ status: "resolved", text: "Space was made." })).status).toBe(200);
    await incident.waitFor({ state: "detached", timeout: LIMIT_SECONDS * 1000 });
    await expectText(shown.state(VICTIM.title), STATE_WORDS.operational);
    const past = shown.pastIncident(title);
    await past.locator("summary").click();
    for (const text of ["We are looking.", "A disk is full.", "Space was made."])
      await expectText(past.locator(".timeline"), text);
  });

  it("shows a service that was stopped, the incident of its alert, and the end of both", async () => {
    const began = Date.now();
    const tell = (what: string): void => say(`${what} ${Math.round((Date.now() - began) / 1000)} s later`);
    const container = docker().getContainer(physical(VICTIM.name));
    const incident = shown.incident(`${VICTIM.title} is down`);
    try {
      await container.stop();
      await expectText(shown.state(VICTIM.title), STATE_WORDS.down, LIMIT_SECONDS);
      tell(`${VICTIM.name} is shown as down`);
      await expectText(
        incident.locator(".timeline"),
        "Reported by the platform's monitoring.",
        LIMIT_SECONDS,
      );
      tell("its incident is shown");
      await expectText(shown.headline, /have problems|are down/);
      await expectText(shown.page.locator(".banner"), new RegExp(`down: .*${VICTIM.title}`));
    } finally {
      await container.start();
      await wellAgain(docker(), VICTIM.name, 90);
    }
    await incident.waitFor({ state: "detached", timeout: LIMIT_SECONDS * 1000 });
    tell("its incident is closed");
    await expectText(shown.state(VICTIM.title), STATE_WORDS.operational, LIMIT_SECONDS);
    const past = shown.pastIncident(`${VICTIM.title} is down`);
    await past.locator("summary").click();
    await expectText(past.locator(".timeline"), "The monitoring reports that it is over.");
  });

  it("gave the browser nothing to complain about", () => {
    // with a container, the host's end of its network goes: what is under way then is asked again half a minute later
    const own = shown.complaints.filter((complaint) => !complaint.includes("ERR_NETWORK_CHANGED"));
    expect(own).toEqual([]);
  });
}
