import type Docker from "dockerode";
import { engine } from "../harness/docker";
import { SERVICES } from "./expected/services";
import { accessOf, shownSecrets, type ShownSecret } from "./harness/access";
import { noteState, platformUp } from "./harness/chapters";
import { LaneClient } from "./harness/client";
import { killTree, up, verb } from "./harness/command";
import { changed, ids, inventory, named } from "./harness/inventory";
import { LABEL, physical } from "./harness/platform";

/** Stores that keep what they are given, as the client names them. */
const DURABLE = ["nats", "opensearch", "postgres", "questdb", "s3", "valkey-state"];
const MARK = `mark-${Date.now()}`;

describe("what was stored", () => {
  let docker: Docker;
  let client: LaneClient;
  let secrets: readonly ShownSecret[];
  let authority: string;
  let durable: readonly string[];

  const readBack = async (): Promise<Readonly<Record<string, unknown>>> => {
    const outcomes = await client.run("read");
    return Object.fromEntries(durable.map((store) => [store, outcomes[store]?.["read"]]));
  };
  const everything = (): Readonly<Record<string, unknown>> =>
    Object.fromEntries(durable.map((store) => [store, { ok: true, value: MARK }]));

  beforeAll(async () => {
    await platformUp();
    docker = await engine();
    const all = await inventory();
    secrets = await shownSecrets();
    durable = [...DURABLE, ...(all.has("clickhouse") ? ["clickhouse"] : [])];
    authority = (await verb("ca export")).stdout;
    client = await LaneClient.open(all.get("welcome")?.Image ?? "", accessOf(secrets, [...all.keys()]));
    const written = await client.run("write", MARK);
    expect(Object.values(written).filter((outcome) => outcome["write"]?.ok !== true)).toEqual([]);
    expect(await readBack()).toEqual(everything());
  });
  afterAll(() => client?.close());

  describe("survives the loss of every store's container", () => {
    const stores = DURABLE;
    it("up puts new ones in their place, and touches nothing else", async () => {
      const before = await ids();
      await Promise.all(stores.map((name) => docker.getContainer(physical(name)).remove({ force: true })));
      const { code, text } = await up();
      expect({ code, text: code === 0 ? "" : text }).toEqual({ code: 0, text: "" });
      expect(changed(before, await ids())).toEqual([...stores].sort());
    });
    it("and everything is there", async () => expect(await readBack()).toEqual(everything()));
  });

  describe("survives down", () => {
    it("which leaves no container and no network, and says what it keeps", async () => {
      noteState("unknown");
      const { code, text } = await verb("down");
      expect(code).toBe(0);
      expect([...(await inventory()).keys()]).toEqual([]);
      expect(await docker.listNetworks({ filters: { label: [LABEL] } })).toEqual([]);
      const volumes = (await docker.listVolumes({ filters: { label: [LABEL] } })).Volumes;
      const data = volumes
        .filter(({ Labels }) => Labels?.["com.trade2026.kind"] === "data")
        .map(({ Name }) => Name);
      expect(data.length).toBeGreaterThanOrEqual(DURABLE.length);
      for (const name of data) expect(text).toContain(name);
      expect(volumes.filter(({ Labels }) => Labels?.["com.trade2026.kind"] === "secret")).toEqual([]);
    });

    it("and an up that is killed half-way", async () => {
      const half = SERVICES.size;
      let killed = false;
      const { text } = await up([], {
        watch: (child) => {
          const look = setInterval(() => {
            void docker.listContainers({ all: true, filters: { label: [LABEL] } }).then((found) => {
              if (found.length < half || killed) return;
              killed = true;
              killTree(child);
            });
          }, 200);
          child.on("close", () => clearInterval(look));
        },
      });
      expect(killed).toBe(true);
      expect(text).not.toMatch(/services healthy/);
      const there = named(await inventory(), "service").length;
      expect(there).toBeLessThan(SERVICES.size);
    });

    it("the next up recovers", async () => {
      const { code, text } = await up();
      noteState(code === 0 ? "up" : "lost");
      expect({ code, text: code === 0 ? "" : text }).toEqual({ code: 0, text: "" });
    });
    it("nothing is left over or missing", async () => {
      const all = await inventory();
      expect(named(all, "service")).toEqual([...SERVICES.keys()].sort());
      expect(new Set([...all.values()].map(({ Name }) => Name)).size).toBe(all.size);
      expect(
        (await docker.listNetworks({ filters: { label: [LABEL] } })).map(({ Name }) => Name).sort(),
      ).toEqual(["backend", "frontend", "lowlatency"].map(physical));
      const before = await ids();
      const again = await up();
      expect({ code: again.code, text: again.text }).toEqual({
        code: 0,
        text: expect.stringContaining("no change") as string,
      });
      expect(changed(before, await ids())).toEqual([]);
    });
    it("and everything is there, under the same credentials", async () => {
      expect(await readBack()).toEqual(everything());
      const now = new Map((await shownSecrets()).map(({ id, password }) => [id, password]));
      const lost = secrets
        .filter(({ id, password }) => id.endsWith("-operator") && now.get(id) !== password)
        .map(({ id }) => id);
      // Those that open no data are made anew.
      expect(lost.filter((id) => DURABLE.includes(id.replace("-operator", "")))).toEqual([]);
    });
    it("and the authority is the same: nobody has to trust another one", async () => {
      expect((await verb("ca export")).stdout).toBe(authority);
    });
  });
});
