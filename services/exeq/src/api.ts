import { z } from "zod";
import { algo } from "../../contracts/order";
import { callerOf, HttpError, mayUse, orUnavailable, type Http, type Log } from "../../kit";
import { filledShare, type Parents } from "./parents";
import { plan } from "./plan";
import { child, progress, type ParentState } from "./state";

const summary = z.object({
  order_id: z.string(),
  symbol: z.string(),
  side: z.string(),
  quantity: z.string(),
  account: z.string(),
  algo,
  phase: progress.shape.phase,
  profile: plan.shape.profile,
  slices: z.int(),
  sent: z.int(),
  filled_share: z.string(),
  next_at: z.int().optional(),
});
const details = summary.extend({ plan, children: z.array(child) });

export interface QueueState {
  /** Orders that have been routed since the process began. */
  readonly routed: () => number;
  readonly venues: readonly string[];
}

export function addRoutes(http: Http, parents: Parents, queue: QueueState, log: Log): void {
  http.get(
    "/queue",
    {
      config: { role: "viewer" },
      schema: {
        summary: "Orders of algorithms at work, and what is due next",
        response: {
          200: z.object({ routed: z.int(), venues: z.array(z.string()), parents: z.array(summary) }),
        },
      },
    },
    (request) => {
      const caller = callerOf(request);
      return {
        routed: queue.routed(),
        venues: [...queue.venues],
        parents: parents.running.filter(({ order }) => mayUse(caller, order.account)).map(summaryOf),
      };
    },
  );
  http.get(
    "/parents/:order_id",
    {
      config: { role: "viewer" },
      schema: {
        summary: "The plan of an order of an algorithm, and its slices",
        params: z.object({ order_id: z.uuid() }),
        response: { 200: details },
      },
    },
    async (request) => {
      const { order_id } = request.params;
      const state = await orUnavailable(parents.find(order_id), {
        log,
        code: "state_unavailable",
        message: "Orders that have ended cannot be read at the moment; try again.",
      });
      // of others' orders it is not even said that they exist
      if (!state || !mayUse(callerOf(request), state.order.account)) {
        throw new HttpError(
          404,
          "parent_unknown",
          `There is no order ${order_id} of an algorithm, or it is kept no longer.`,
        );
      }
      const children = [...state.children.values()].sort((left, right) => left.n - right.n);
      return { ...summaryOf(state), plan: state.plan, children };
    },
  );
}

function summaryOf(state: ParentState): z.input<typeof summary> {
  const { order, plan: cut, progress: at } = state;
  const next = cut.slices[at.next];
  return {
    order_id: order.order_id,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    account: order.account,
    algo: order.algo,
    phase: at.phase,
    profile: cut.profile,
    slices: cut.slices.length,
    sent: state.children.size,
    filled_share: filledShare(state),
    ...(next && order.algo.name !== "ICEBERG" ? { next_at: next.at } : {}),
  };
}
