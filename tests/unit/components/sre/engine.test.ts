import { engineExporter, engineProxy } from "../../../../components/sre/engine";
import { CONTROLS, hardeningScore, viewOfInputs } from "../../../../model/hardening";
import { containerArgs } from "../../../../components/core/container-args";
import { container, plan } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

const platform = plan([engineProxy, engineExporter]);

it("the proxy sees the containers of its own stack, whatever that is called", () => {
  const wired = wiredAmong(engineProxy, [engineExporter], { prefix: "other" });
  expect(wired.configured.command?.slice(0, 3)).toEqual(["engine-proxy", "--stack", "other"]);
});

it("lets its consumers in with a login of their own, known by its hash", () => {
  expect(rendered(wiredAmong(engineProxy, [engineExporter]), "users")).toBe(
    "operator:<engine-proxy-operator:sha256>\nengine-exporter:<engine-proxy-engine-exporter:sha256>\n",
  );
  expect(wiredAmong(engineExporter, [engineProxy]).env).toMatchObject({
    ENGINE_PROXY_URL: "http://engine-proxy:2375",
    ENGINE_PROXY_USERNAME: "engine-exporter",
    ENGINE_PROXY_PASSWORD_FILE: "/run/secrets/engine-proxy-password",
  });
});

it("the socket is mounted into the proxy alone, read-only, and nowhere published", () => {
  expect(
    platform.containers.filter(({ hostMounts }) => hostMounts !== undefined).map(({ name }) => name),
  ).toEqual(["engine-proxy"]);
  const proxy = container(platform, "engine-proxy");
  expect(proxy.hostMounts).toEqual([
    { source: "/var/run/docker.sock", path: "/var/run/docker.sock", readOnly: true },
  ]);
  expect([proxy.lanes, proxy.ports, engineProxy.route, engineProxy.tools]).toEqual([
    ["backend"],
    [],
    undefined,
    [],
  ]);
});

it("fails exactly the hard controls that it waives", () => {
  const proxy = container(platform, "engine-proxy");
  const inputs: unknown = containerArgs(proxy, {
    image: `sha256:${"0".repeat(64)}`,
    network: (lane) => `trade2026-${lane}`,
    volume: (volume) => `trade2026-${volume}`,
    uploads: [],
    physicalName: "trade2026-engine-proxy",
  });
  const { containers } = hardeningScore(
    { ...platform, containers: [proxy] },
    {
      views: new Map([[proxy.name, viewOfInputs(inputs as Readonly<Record<string, unknown>>)]]),
      image: () => ({ dockerfiles: [], scanned: "2026-11-25" }),
      today: "2026-11-25",
    },
  );
  // the image of these tests has no digest
  const hard = CONTROLS.filter(({ id, hard: must }) => must && id !== "D23").map(({ id }) => id);
  const failed = (containers[0]?.findings ?? [])
    .filter(({ control, outcome }) => outcome === "fail" && hard.includes(control))
    .map(({ control }) => control);
  expect(failed.sort()).toEqual(engineProxy.waivers.map(({ control }) => control).sort());
});
