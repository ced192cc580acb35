import type { Order } from "../../../contracts";

/** Why not. `code` is for programs, `message` for people. */
export interface Refusal {
  readonly ok: false;
  readonly status: 400 | 403 | 404 | 409 | 422 | 503;
  readonly code: string;
  readonly message: string;
  readonly order?: Order;
  /** What risk said. */
  readonly rule?: string;
  readonly reason?: string;
}

export interface Done {
  readonly ok: true;
  readonly status: 200 | 201 | 202;
  readonly order: Order;
}

export type Outcome = Done | Refusal;

export function refuse(status: Refusal["status"], code: string, message: string, order?: Order): Refusal {
  return { ok: false, status, code, message, ...(order ? { order } : {}) };
}

export const done = (status: Done["status"], order: Order): Done => ({ ok: true, status, order });
