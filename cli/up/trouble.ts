import { LOAD_ROLE } from "../../model/load/protocol";
import { LABEL } from "../../model/plan";
import { planName } from "../docker/containers";

/** An event of the engine, as far as it is about a container. */
export interface ContainerEvent {
  readonly Type?: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

export type Sighting =
  | { readonly kind: "started"; readonly name: string }
  | {
      readonly kind: "trouble";
      readonly id: string;
      readonly name: string;
      readonly what: string;
      /** Told before of this container: its log would be the same again. */
      readonly again: boolean;
    };

const EVERY = 5;

/**
 * Tells the trouble among a deployment's events: a container that ends by itself, that nobody asked to stop. Said
 * once for each container; one that goes on crashing again at every fifth time.
 */
export class TroubleSpotter {
  readonly #stopping = new Set<string>();
  readonly #ends = new Map<string, number>();
  readonly #unhealthy = new Set<string>();
  readonly #outOfMemory = new Set<string>();

  constructor(readonly prefix: string) {}

  see({ Action, Actor: { ID: id, Attributes } }: ContainerEvent): Sighting | undefined {
    // its own command says how it went
    if (Attributes[`${LABEL}.role`] === LOAD_ROLE) return undefined;
    const name = planName(Attributes["name"] ?? id, this.prefix);
    const trouble = (what: string, again = false): Sighting => ({ kind: "trouble", id, name, what, again });
    switch (Action) {
      case "start":
        this.#stopping.delete(id);
        return { kind: "started", name };
      case "kill":
        this.#stopping.add(id);
        return undefined;
      case "oom":
        this.#outOfMemory.add(id);
        return undefined;
      case "health_status: healthy":
        this.#unhealthy.delete(id);
        return undefined;
      case "health_status: unhealthy":
        if (this.#unhealthy.has(id)) return undefined;
        this.#unhealthy.add(id);
        return trouble("is unhealthy: its probe failed several times in a row");
      case "die":
        return this.#ended(id, Attributes, trouble);
      default:
        return undefined;
    }
  }

  #ended(
    id: string,
    attributes: Readonly<Record<string, string>>,
    trouble: (what: string, again?: boolean) => Sighting,
  ): Sighting | undefined {
    const code = attributes["exitCode"] ?? "?";
    const job = attributes[`${LABEL}.role`] === "job";
    if (this.#stopping.delete(id) || (job && code === "0")) return undefined;
    const times = (this.#ends.get(id) ?? 0) + 1;
    this.#ends.set(id, times);
    if (times > 1 && times % EVERY !== 0) return undefined;
    const why = this.#outOfMemory.has(id) ? "ran out of memory and was ended" : `exited with code ${code}`;
    if (job) return trouble(why);
    return times === 1
      ? trouble(`${why}; the engine starts it again`)
      : trouble(`${why}, ${times} times by now`, true);
  }
}
