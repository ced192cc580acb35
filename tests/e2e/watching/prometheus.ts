import { ask } from "../../harness/https";
import { shownSecrets } from "../harness/access";
import { verb } from "../harness/command";
import { OFFSET } from "../harness/platform";

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
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
}
