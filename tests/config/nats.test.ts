import { connect } from "@nats-io/transport-node";
import { nats } from "../../components/data/nats";
import { UNKNOWN_HOST } from "../../model/host";
import { access, defineJob, thirdParty } from "../../model/service";
import { parseSettings } from "../../model/settings";
import { loadPlan } from "../../stacks/inputs";
import { defaultPlatform } from "./platforms";
import { BCRYPT_PASSWORD, hostPortOf, Sandbox } from "./sandbox";

const CONFIG = "/run/secrets/nats.conf";
const CHECK = { command: ["-t", "--config", CONFIG] };

describe("nats-server -t", () => {
  let sandbox: Sandbox;
  beforeAll(async () => void (sandbox = await Sandbox.open("nats", defaultPlatform())));
  afterAll(() => sandbox.close());

  it("takes the rendered configuration", async () => {
    const { code, stderr } = await sandbox.run("nats", CHECK);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("is valid") as string });
  });

  it("refuses a broken one", async () => {
    const broken = (sandbox.files("nats")[CONFIG] ?? "").replace("accounts {", "accounts {{");
    expect((await sandbox.run("nats", { ...CHECK, files: { [CONFIG]: broken } })).code).not.toBe(0);
  });
});

describe("permissions", () => {
  const consumer = defineJob({
    name: "feed",
    title: "A feed of the test",
    capability: "data",
    image: thirdParty("toolbox"),
    lanes: ["lowlatency"],
    needs: [access(nats, { publish: ["market.tick.*"], subscribe: ["control.>"] })],
    resources: { memory: "64MiB", cpus: 0.1 },
    user: "65532:65532",
  });
  const settings = parseSettings({ images: "packages" });
  const plan = loadPlan(settings, UNKNOWN_HOST, { workloads: [nats, consumer] });
  let sandbox: Sandbox;
  let port: number;

  beforeAll(async () => {
    sandbox = await Sandbox.open("nats-grants", plan);
    port = await hostPortOf(await sandbox.start("nats", { publish: [4222] }), 4222);
  });
  afterAll(() => sandbox.close());

  /** What the server says to that publication or subscription. */
  const attempt = async (act: "publish" | "subscribe", subject: string): Promise<string> => {
    const connection = await connect({ port, user: "feed", pass: BCRYPT_PASSWORD, reconnect: false });
    const said: string[] = [];
    void (async () => {
      for await (const status of connection.status())
        if (status.type === "error") said.push(status.error.message);
    })();
    if (act === "publish") connection.publish(subject, "x");
    else connection.subscribe(subject, { callback: (error) => void (error && said.push(error.message)) });
    await connection.flush();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await connection.close();
    return said.join("; ");
  };

  it.each([
    ["publish", "market.tick.AAPL"],
    ["subscribe", "control.trading.halt"],
  ] as const)("a consumer may %s %s, as it was granted", async (act, subject) =>
    expect(await attempt(act, subject)).toBe(""),
  );

  it.each([
    ["publish", "orders.submitted"],
    ["publish", "market.tick.AAPL.more"],
    ["publish", "$JS.API.STREAM.DELETE.ORDERS"],
    ["subscribe", ">"],
    ["subscribe", "fills.confirmed"],
  ] as const)("and must not %s %s", async (act, subject) =>
    expect(await attempt(act, subject)).toMatch(/permissions violation/i),
  );
});
