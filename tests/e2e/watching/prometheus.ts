import type { DashboardQuery } from "../../../components/sre/dashboards";
import { ask } from "../../harness/https";
import { shownSecrets } from "../harness/access";
import { verb } from "../harness/command";
import { OFFSET } from "../harness/platform";

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

interface Range {
  readonly values: readonly (readonly [number, string])[];
}

const RATE = /\brate\(/;

type Labels = Readonly<Record<string, string>>;

export interface Target {
  readonly labels: Labels;
  readonly health: string;
  readonly lastError: string;
}

export interface Rule {
  /** Name of the group that it is in. */
  readonly group: string;
  readonly type: "alerting" | "recording";
  readonly name: string;
  /** `unknown` before it was evaluated for the first time. */
  readonly health: "ok" | "err" | "unknown";
  readonly lastError?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

export interface ActiveAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: "pending" | "firing";
}

/** The platform's Prometheus, asked as its operator asks it: at its port, with the operator's login. */
export class Prometheus {
  private constructor(
    private readonly password: string,
    private readonly ca: string,
  ) {}

  static async open(): Promise<Prometheus> {
    const found = (await shownSecrets()).find(({ id }) => id === "prometheus-operator");
    if (!found) throw new Error("there is no credential prometheus-operator");
    const ca = await verb("ca export");
    return new Prometheus(found.password, ca.stdout);
  }

  async get<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
    const query = new URLSearchParams(parameters).toString();
    const { status, body } = await ask(`https://localhost:${9090 + OFFSET}/api/v1/${path}?${query}`, {
      ca: this.ca,
      auth: { user: "operator", password: this.password },
    });
    if (status !== 200)
      throw new Error(`Prometheus answered ${status} to ${path} ${query}: ${body.slice(0, 300)}`);
    return (JSON.parse(body) as { readonly data: T }).data;
  }

  async query(expr: string): Promise<readonly Series[]> {
    return (await this.get<{ readonly result: readonly Series[] }>("query", { query: expr })).result;
  }

  async targets(): Promise<readonly Target[]> {
    return (await this.get<{ readonly activeTargets: readonly Target[] }>("targets")).activeTargets;
  }

  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.get<{
      readonly groups: readonly { readonly name: string; readonly rules: readonly Omit<Rule, "group">[] }[];
    }>("rules");
    return groups.flatMap(({ name: group, rules }) => rules.map((rule) => ({ ...rule, group })));
  }

  async alerts(): Promise<readonly ActiveAlert[]> {
    return (await this.get<{ readonly alerts: readonly ActiveAlert[] }>("alerts")).alerts;
  }

  /**
   * Panels that have stood still since then, in words: no query of theirs has had two different answers, and none that
   * counts by the second has had more than nothing (at an even pace a rate is always the same).
   *
   * @param since milliseconds since 1970
   */
  async still(queries: readonly DashboardQuery[], since: number): Promise<readonly string[]> {
    const window = { start: String(since / 1000), end: String(Date.now() / 1000), step: "15" };
    const moves = new Map<string, boolean>();
    for (const { dashboard, panel, expr } of queries) {
      const name = `${dashboard} · ${panel}`;
      if (moves.get(name) === true) continue;
      const { result } = await this.get<{ readonly result: readonly Range[] }>("query_range", {
        query: expr,
        ...window,
      });
      moves.set(
        name,
        result.some(({ values }) =>
          values.some(([, value]) => value !== values[0]?.[1] || (RATE.test(expr) && Number(value) > 0)),
        ),
      );
    }
    return [...moves].flatMap(([name, moved]) => (moved ? [] : [name]));
  }

  /** Those of a dashboard's queries that nothing answers, in words. */
  async withoutData(queries: readonly DashboardQuery[]): Promise<readonly string[]> {
    const empty: string[] = [];
    for (const { dashboard, panel, expr } of queries)
      if ((await this.query(expr)).length === 0) empty.push(`${dashboard} · ${panel}: ${expr}`);
    return empty;
  }
}
