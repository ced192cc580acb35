import { secretText, secretRef, type Credential } from "../../../model/secrets";
import {
  access,
  type ConfigureContext,
  type Endpoint,
  type ServiceInput,
  type Workload,
} from "../../../model/service";
import { wire, type Wired, type Wiring } from "../../../model/wiring";
import { job, registry, service, settings } from "../../support/model";

const wired = (...workloads: Workload[]): Wiring => wire(workloads, settings(), registry.wellKnown);
const of = (wiring: Wiring, name: string): Wired => {
  const found = wiring.workloads.find(({ spec }) => spec.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};
const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  port: "http",
  scheme: "http",
  credentials: "perConsumer",
  ...more,
});
const password = (id: string): ReturnType<typeof secretText> => ({
  parts: [{ credential: id, form: "plain" }],
});

/** A store that keeps what it was told about its surroundings. */
function store(input: Partial<ServiceInput> = {}): {
  readonly store: Workload;
  readonly context: () => ConfigureContext;
} {
  let seen: ConfigureContext | undefined;
  return {
    store: service({
      name: "my-store",
      title: "Store",
      endpoint: endpoint(),
      configure: (context) => {
        seen = context;
        return {};
      },
      ...input,
    }),
    context: () => {
      if (!seen) throw new Error("configure was not called");
      return seen;
    },
  };
}

describe("a consumer of an endpoint", () => {
  it("has address, user and the password's file in its environment, and the password in that file alone", () => {
    const { store: target } = store();
    const app = of(wired(target, service({ name: "app", needs: [target] })), "app");
    expect(app.env).toEqual({
      MY_STORE_HOST: "my-store",
      MY_STORE_PORT: "8000",
      MY_STORE_URL: "http://my-store:8000",
      MY_STORE_USERNAME: "app",
      MY_STORE_PASSWORD_FILE: "/run/secrets/my-store-password",
    });
    expect(app.secrets).toEqual([{ path: "my-store-password", content: password("my-store-app") }]);
  });

  it("is sent to the host that serves it: a database on its server", () => {
    const database = job({
      name: "app-db",
      ports: { sql: 5432 },
      endpoint: endpoint({ port: "sql", scheme: "postgresql", host: "postgres", credentials: "none" }),
    });
    expect(of(wired(database, service({ name: "app", needs: [database] })), "app").env).toEqual({
      APP_DB_HOST: "postgres",
      APP_DB_PORT: "5432",
      APP_DB_URL: "postgresql://postgres:5432",
    });
  });

  it("can be handed other variables, and files in its library's own format", () => {
    const { store: target } = store({
      endpoint: endpoint({
        environment: ({ host, port, username, passwordFile }) => ({
          DSN: `${username}@${host}:${port}`,
          PASSFILE: passwordFile,
        }),
        secretFiles: ({ username }, credential) => [
          { path: "my.conf", content: secretText`${username}=${secretRef(credential)}` },
        ],
      }),
    });
    const app = of(wired(target, service({ name: "app", needs: [target] })), "app");
    expect(app.env).toEqual({ DSN: "app@my-store:8000", PASSFILE: "/run/secrets/my-store-password" });
    expect(app.secrets.map(({ path, content }) => [path, content])).toEqual([
      ["my-store-password", password("my-store-app")],
      ["my.conf", { parts: ["app=", { credential: "my-store-app", form: "plain" }] }],
    ]);
  });

  it("may correct what it is handed: its own environment wins, and what configure says wins over that", () => {
    const { store: target } = store();
    const app = service({
      name: "app",
      needs: [target],
      env: { MY_STORE_HOST: "gateway", LEVEL: "info" },
      configure: () => ({ env: { LEVEL: "debug" } }),
    });
    expect(of(wired(target, app), "app").env).toMatchObject({
      MY_STORE_HOST: "gateway",
      LEVEL: "debug",
      MY_STORE_PORT: "8000",
    });
  });

  it("is handed nothing by a need that only has to be done before", () => {
    const seed = job({ name: "seed" });
    const { env, secrets } = of(wired(seed, service({ name: "app", needs: [seed] })), "app");
    expect([env, secrets]).toEqual([{}, []]);
  });
});

describe("the credential of a need", () => {
  it("is the consumer's own, for a file in a form of its program's", () => {
    const { store: target } = store();
    const app = service({
      name: "app",
      needs: [target],
      configure: ({ credentialAt }) => ({
        secrets: [{ path: "login", content: secretText`${secretRef(credentialAt(target))}` }],
      }),
    });
    expect(of(wired(target, app), "app").secrets).toContainEqual({
      path: "login",
      content: password("my-store-app"),
    });
  });

  it("is the operator's for who acts as the operator", () => {
    const { store: target } = store();
    const app = service({
      name: "app",
      needs: [access(target, { as: "operator" })],
      configure: ({ credentialAt }) => ({ env: { ID: credentialAt(target).id } }),
    });
    expect(of(wired(target, app), "app").env.ID).toBe("my-store-operator");
  });

  it("is refused where there is no such need, or none that gives one", () => {
    const { store: target } = store();
    const open = service({ name: "open", endpoint: endpoint({ credentials: "none" }) });
    const app = (provider: Workload): Workload =>
      service({
        name: "app",
        needs: [open],
        configure: ({ credentialAt }) => ({ env: { ID: credentialAt(provider).id } }),
      });
    for (const provider of [target, open])
      expect(() => wired(target, open, app(provider))).toThrow(
        `app is given no credential at ${provider.name}: add it to its needs`,
      );
  });
});

describe("the gateway in front of a tool", () => {
  const tool = { hostPort: 8430, port: "http", protocol: "http", data: false, title: "Tool" } as const;
  const keeper = service({ name: "keeper", sessions: { path: "/forward" } });
  const front = (provider: Workload) =>
    service({
      name: "front",
      title: "Front",
      frontsTools: true,
      configure: ({ credentialAt }) => ({
        secrets: [{ path: "shown", content: secretText`${secretRef(credentialAt(provider), "basic")}` }],
      }),
    });

  it("is a consumer of it by a credential that it has in the form that it shows, and in no other", () => {
    const { store: target, context } = store({ tools: [{ ...tool, login: "basic" }] });
    const wiring = wired(target, keeper, front(target));
    expect(context().consumers).toEqual([
      {
        name: "front",
        grant: {},
        credential: {
          id: "my-store-front",
          username: "front",
          purpose: "Store: Front",
          protectsData: false,
        },
      },
    ]);
    expect(of(wiring, "front").env).toEqual({});
    expect(of(wiring, "front").secrets).toEqual([
      { path: "shown", content: { parts: [{ credential: "my-store-front", form: "basic" }] } },
    ]);
    expect(wiring.credentials.map(({ id }) => id)).toContain("my-store-front");
  });

  it.each([
    ["nobody knows sessions", [], "basic"],
    ["the tool has a login of its own kind", [keeper], "own"],
  ] as const)("is none where %s", (_case, others, login) => {
    const { store: target, context } = store({ tools: [{ ...tool, login }] });
    expect(() => wired(target, ...others, front(target))).toThrow("front is given no credential at my-store");
    wired(target, ...others, service({ name: "front", frontsTools: true }));
    expect(context().consumers).toEqual([]);
  });
});

describe("credentials", () => {
  it("are one for each consumer, with its own user name and rights", () => {
    const { store: target, context } = store();
    const wiring = wired(
      target,
      service({ name: "writer", title: "Writer", needs: [access(target, { publish: ["orders.>"] })] }),
      service({ name: "reader", title: "Reader", needs: [target] }),
    );
    expect(context().consumers).toEqual([
      {
        name: "reader",
        grant: {},
        credential: {
          id: "my-store-reader",
          username: "reader",
          purpose: "Store: Reader",
          protectsData: false,
        },
      },
      {
        name: "writer",
        grant: { publish: ["orders.>"] },
        credential: {
          id: "my-store-writer",
          username: "writer",
          purpose: "Store: Writer",
          protectsData: false,
        },
      },
    ]);
    expect(context().operator).toEqual({
      id: "my-store-operator",
      username: "operator",
      purpose: "Store: everything",
      protectsData: false,
    });
    expect(wiring.credentials.map(({ id }) => id)).toEqual([
      "my-store-operator",
      "my-store-reader",
      "my-store-writer",
    ]);
  });

  it("are the operator's own for a program that knows a single user", () => {
    const { store: target, context } = store({
      endpoint: endpoint({ credentials: "shared", operator: "admin" }),
    });
    const wiring = wired(target, service({ name: "app", needs: [target] }));
    expect(of(wiring, "app").env.MY_STORE_USERNAME).toBe("admin");
    expect(of(wiring, "app").secrets).toEqual([
      { path: "my-store-password", content: password("my-store-admin") },
    ]);
    expect(context().consumers.map(({ credential }) => credential)).toEqual([context().operator]);
    expect(wiring.credentials.map(({ id }) => id)).toEqual(["my-store-admin"]);
  });

  it("do not exist for an endpoint that needs none", () => {
    const { store: target, context } = store({ endpoint: endpoint({ credentials: "none" }) });
    const wiring = wired(target, service({ name: "app", needs: [target] }));
    expect(of(wiring, "app").env).toEqual({
      MY_STORE_HOST: "my-store",
      MY_STORE_PORT: "8000",
      MY_STORE_URL: "http://my-store:8000",
    });
    expect([of(wiring, "app").secrets, context().consumers, wiring.credentials]).toEqual([[], [], []]);
  });

  it("are the operator's for a job that sets the store up; it is then no consumer", () => {
    const { store: target, context } = store({ endpoint: endpoint({ operator: "root" }) });
    const wiring = wired(target, job({ name: "seed", needs: [access(target, { as: "operator" })] }));
    expect(of(wiring, "seed").env.MY_STORE_USERNAME).toBe("root");
    expect(of(wiring, "seed").secrets).toEqual([
      { path: "my-store-password", content: password("my-store-root") },
    ]);
    expect(context().consumers).toEqual([]);
  });

  it("of a service's own exist from the moment that it asks for them, once each", () => {
    let asked: Credential | undefined;
    const app = service({
      name: "app",
      configure: ({ own }) => {
        own("probe", "App: health check");
        asked = own("probe", "App: health check");
        return { secrets: [{ path: "probe", content: secretText`${secretRef(asked)}` }] };
      },
    });
    const wiring = wired(app);
    expect(asked).toEqual({
      id: "app-probe",
      username: "probe",
      purpose: "App: health check",
      protectsData: false,
    });
    expect(wiring.credentials).toEqual([asked]);
  });

  it("are kept like data that is on the server which the endpoint names, but for those of consumers", () => {
    const { store: server } = store({
      name: "server",
      data: [{ name: "d", path: "/d", backup: { none: "a test" } }],
    });
    const database = job({
      name: "database",
      needs: [access(server, { as: "operator" })],
      ports: { http: 1 },
      endpoint: endpoint({ host: "server" }),
    });
    const { credentials } = wired(server, database, service({ name: "app", needs: [database] }));
    expect(credentials.map(({ id, protectsData }) => [id, protectsData])).toEqual([
      ["database-app", false],
      ["database-operator", true],
      ["server-operator", true],
    ]);
  });

  it("are kept like the data that is written under them; a consumer's goes with the consumer", () => {
    const { store: target } = store({ data: [{ name: "d", path: "/d", backup: { none: "a test" } }] });
    expect(
      wired(target, service({ name: "app", needs: [target] })).credentials.map(
        ({ protectsData }) => protectsData,
      ),
    ).toEqual([false, true]);
  });

  it("are only ever referred to: no file holds one", () => {
    const { store: target } = store();
    const wiring = wired(target, service({ name: "app", needs: [target] }));
    for (const { env, secrets } of wiring.workloads) {
      expect(Object.values(env).filter((value) => /[A-Za-z0-9]{40}/.test(value))).toEqual([]);
      expect(secrets.filter(({ content }) => typeof content === "string")).toEqual([]);
    }
  });
});

it("shows a service the rest of the platform: settings, ports and the other services, not the jobs", () => {
  const { store: target, context } = store();
  wired(target, service({ name: "app" }), job({ name: "seed" }));
  expect(context().settings).toEqual(settings());
  expect(context().wellKnown).toEqual(registry.wellKnown);
  expect(context().services.map(({ name }) => name)).toEqual(["my-store", "app"]);
});
