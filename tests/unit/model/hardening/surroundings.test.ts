import type { ContainerView } from "../../../../model/hardening";
import type { ContainerPlan, Plan } from "../../../../model/plan";
import { inHouse } from "../../../../model/service";
import { plan, service } from "../../../support/model";
import { evidence, failures, good, IMAGE_ID, outcomes, platform, REFERENCE, scoreOf, viewOf } from "./sample";

/** Controls about what is around a container: ports, networks, volumes, devices, images. */
const KNOWN = ["D9", "D11", "D28"];

describe("ports", () => {
  function published(capability: "data" | "gateway", host: number, address = "127.0.0.1"): Plan {
    const base = plan([service({ name: "store", capability })], {
      image: () => ({ reference: REFERENCE, origin: "upstream" }),
    });
    const ports = [{ name: "p", owner: "store", address, host, container: 8000 }];
    return {
      ...base,
      containers: base.containers.map((one): ContainerPlan =>
        one.name === "store" ? { ...one, ports } : one,
      ),
    };
  }

  it("are the gateways' below 1024 (D17)", () => {
    expect(failures(scoreOf(published("gateway", 443)), "store")).toEqual(KNOWN);
    expect(failures(scoreOf(published("data", 8443)), "store")).toEqual(KNOWN);
    expect(failures(scoreOf(published("data", 443)), "store")).toEqual(["D9", "D11", "D17", "D28"]);
  });

  it.each(["0.0.0.0", "::", ""])("have one address, not %p (D16)", (address) => {
    expect(failures(scoreOf(published("gateway", 443, address)), "store")).toEqual([
      "D9",
      "D11",
      "D16",
      "D28",
    ]);
  });

  it("are declared (D18)", () => {
    const more = scoreOf(published("gateway", 443), {
      view: (view) => ({
        ...view,
        ports: [...view.ports, { container: 22, host: 2222, address: "127.0.0.1" }],
      }),
    });
    expect(failures(more, "store")).toEqual(["D9", "D11", "D18", "D28"]);
    expect(evidence(more, "store", "D18")).toBe("publishes 127.0.0.1:2222->22, which is not declared");
    expect(
      failures(scoreOf(platform, { view: (view) => ({ ...view, publishAll: true }) }), "store"),
    ).toContain("D18");
  });
});

describe("networks (D19)", () => {
  const networks = (change: Partial<ContainerView>): string[] =>
    failures(
      scoreOf(platform, { view: (view, name) => (name === "store" ? { ...view, ...change } : view) }),
      "store",
    );

  it("are the container's lanes, never the engine's own bridge", () => {
    expect(networks({ networks: ["trade2026-backend"] })).toEqual(KNOWN);
    for (const bad of [["bridge"], ["trade2026-backend", "bridge"], ["trade2026-frontend"], []]) {
      expect(networks({ networks: bad })).toEqual(["D9", "D11", "D19", "D28"]);
    }
  });

  it("have no route out but frontend", () => {
    const open: Plan = { ...platform, lanes: platform.lanes.map((lane) => ({ ...lane, internal: false })) };
    expect(evidence(scoreOf(open), "store", "D19")).toBe("lane backend has a route out");
  });

  it("are none for what is on no lane", () => {
    expect(
      failures(
        scoreOf(platform, { view: (view) => ({ ...view, networkMode: "none", networks: [] }) }),
        "toolbox",
      ),
    ).toEqual(["D9", "D28"]);
    expect(
      failures(
        scoreOf(platform, { view: (view) => ({ ...view, networkMode: "bridge", networks: [] }) }),
        "toolbox",
      ),
    ).toContain("D19");
  });
});

describe("volumes (D14)", () => {
  it("have one writer: an owner job and its service are one, two services are not", () => {
    const two = plan([good, service({ name: "thief" })], {
      image: () => ({ reference: REFERENCE, origin: "upstream" }),
    });
    const stolen = scoreOf(two, {
      view: (view, name) =>
        name === "thief"
          ? {
              ...view,
              mounts: [
                ...view.mounts,
                {
                  kind: "volume",
                  source: "trade2026-store-data",
                  target: "/d",
                  readOnly: false,
                  propagation: "",
                },
              ],
            }
          : view,
    });
    expect(failures(scoreOf(two), "store")).toEqual(KNOWN);
    expect(failures(stolen, "store")).toEqual(["D9", "D11", "D14", "D28"]);
    expect(failures(stolen, "thief")).toEqual(["D9", "D11", "D14", "D28"]);
    expect(evidence(stolen, "store", "D14")).toBe(
      "trade2026-store-data is written by store-data-owner and store and thief",
    );
  });

  it("may be read by anybody", () => {
    const two = plan([good, service({ name: "reader" })], {
      image: () => ({ reference: REFERENCE, origin: "upstream" }),
    });
    const read = scoreOf(two, {
      view: (view) => ({
        ...view,
        mounts: [
          ...view.mounts,
          { kind: "volume", source: "trade2026-toolbox", target: "/d", readOnly: true, propagation: "" },
        ],
      }),
    });
    expect(failures(read, "store")).toEqual(KNOWN);
  });
});

describe("GPUs (D20)", () => {
  const model = plan(
    [service({ name: "model", resources: { memory: "1GiB", cpus: 1, gpu: { kind: "count", count: 1 } } })],
    {
      image: () => ({ reference: REFERENCE, origin: "upstream" }),
    },
  );

  it("are asked for with their driver", () => {
    expect(failures(scoreOf(model), "model")).toEqual(KNOWN);
    expect(evidence(scoreOf(model), "model", "D20")).toBe("nvidia");
  });

  it("are never asked for without one", () => {
    const unnamed = scoreOf(model, {
      view: (view) => ({ ...view, deviceDrivers: view.deviceDrivers.map(() => "") }),
    });
    expect(failures(unnamed, "model")).toEqual(["D9", "D11", "D20", "D28"]);
  });
});

describe("images (D23)", () => {
  const judged = (reference: string | undefined, image = IMAGE_ID): string => {
    const store: ContainerPlan[] = platform.containers.map((one) => {
      const { reference: _, ...rest } = one;
      return reference === undefined ? { ...rest, image: inHouse("store") } : { ...rest, reference };
    });
    const score = scoreOf({ ...platform, containers: store }, { view: (view) => ({ ...view, image }) });
    return failures(score, "store").includes("D23") ? evidence(score, "store", "D23") : "passes";
  };

  it.each([
    ["a digest", REFERENCE],
    ["a hash of its recipe", "trade2026/store:0123456789ab"],
    ["the operator's own registry on the same machine", `localhost:5000/store:1@sha256:${"c".repeat(64)}`],
    ["our own bundle", undefined],
  ])("pass with %s", (_, reference) => {
    expect(judged(reference)).toBe("passes");
  });

  it.each([
    [
      "docker.io/library/store:1.2.3",
      "docker.io/library/store:1.2.3 has no digest: ./trade2026 images resolve looks it up",
    ],
    [
      `docker.io/library/store:latest@sha256:${"b".repeat(64)}`,
      `docker.io/library/store:latest@sha256:${"b".repeat(64)} has no version`,
    ],
    [
      `docker.io/library/store@sha256:${"b".repeat(64)}`,
      `docker.io/library/store@sha256:${"b".repeat(64)} has no version`,
    ],
    [
      `registry.example.com/store:1@sha256:${"b".repeat(64)}`,
      "registry.example.com is none of docker.io, ghcr.io, quay.io, nvcr.io, gcr.io, registry.k8s.io, public.ecr.aws",
    ],
  ])("fail with %s", (reference, expected) => {
    expect(judged(reference)).toBe(expected);
  });

  it("are run by id, whatever the lock says", () => {
    expect(judged(REFERENCE, "docker.io/library/store:1.2.3")).toBe(
      'runs "docker.io/library/store:1.2.3", which is neither an image id nor has a digest',
    );
  });
});

describe("Dockerfiles (D27) and scans (D28)", () => {
  it("do not apply to somebody else's image, and fail on a bad one", () => {
    expect(
      outcomes(scoreOf(platform, { image: () => ({ dockerfiles: [] }) }), "store", "notApplicable"),
    ).toEqual(["D27", "D29"]);
    const bad = scoreOf(platform, {
      image: () => ({ dockerfiles: [{ path: "images/store/Dockerfile", text: "FROM x\nADD a /a\n" }] }),
    });
    expect(failures(bad, "store")).toEqual(["D9", "D11", "D27", "D28"]);
    expect(evidence(bad, "store", "D27")).toBe(
      "images/store/Dockerfile uses ADD; COPY is expected; images/store/Dockerfile names no USER",
    );
  });

  it("pass with the day of the last scan", () => {
    expect(
      failures(scoreOf(platform, { image: () => ({ dockerfiles: [], scanned: "2026-05-01" }) }), "store"),
    ).toEqual(["D9", "D11"]);
  });
});

it("passes a limit of processes and bounded restarts, once there are some (D9, D11)", () => {
  const better = scoreOf(platform, {
    view: (view) => ({ ...view, pids: 200, restart: { name: "on-failure", retries: 5 } }),
  });
  expect(failures(better, "store")).toEqual(["D28"]);
  for (const restart of [
    { name: "on-failure", retries: 0 },
    { name: "on-failure", retries: 6 },
    { name: "always", retries: 0 },
  ]) {
    expect(failures(scoreOf(platform, { view: (view) => ({ ...view, restart }) }), "store")).toContain("D11");
  }
});

it("takes a capability with a reason, in either spelling (D2)", () => {
  const capable = plan(
    [service({ name: "store", capabilities: [{ name: "CAP_CHOWN", reason: "a test" }] })],
    {
      image: () => ({ reference: REFERENCE, origin: "upstream" }),
    },
  );
  expect(viewOf(capable.containers.find(({ name }) => name === "store") ?? ({} as never)).capAdd).toEqual([
    "CAP_CHOWN",
  ]);
  expect(failures(scoreOf(capable), "store")).toEqual(KNOWN);
  expect(
    failures(
      scoreOf(capable, { view: (view) => ({ ...view, capAdd: view.capAdd.map((name) => name.slice(4)) }) }),
      "store",
    ),
  ).toEqual(KNOWN);
});
