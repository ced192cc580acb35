import type { NatsConnection } from "@nats-io/nats-core";
import { z } from "zod";
import { requests, riskReply, type Order, type RiskReply } from "../../contracts";
import { Cork } from "./cork";

export interface RiskQuestion {
  readonly order: Order;
  readonly replaces: boolean;
}

/** Says no by throwing: without risk's word nothing is sent. */
export interface Risk {
  /** @throws when risk does not answer in time, or not what the contract says */
  readonly check: (question: RiskQuestion) => Promise<RiskReply>;
}

const replies = z.array(riskReply);
/** Orders of one request: some 100 kB. */
const MOST = 128;

export function riskClient(nats: NatsConnection, timeoutMs: number): Risk {
  const cork = new Cork<RiskQuestion, RiskReply>(async (questions) => {
    const answer = await nats.request(requests.riskCheck, JSON.stringify(questions), { timeout: timeoutMs });
    return replies.parse(answer.json());
  }, MOST);
  return { check: (question) => cork.ask(question) };
}
