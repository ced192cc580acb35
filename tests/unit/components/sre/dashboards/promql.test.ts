import { metrics } from "../../../../../components/sre/dashboards/metrics";
import {
  count,
  increase,
  quantile,
  rate,
  series,
  sum,
} from "../../../../../components/sre/dashboards/promql";

const { oms, kit, containers } = metrics;

it.each([
  [series(oms.open), "oms_open_orders"],
  [series(oms.open, { job: "oms" }), 'oms_open_orders{job="oms"}'],
  [
    series(oms.fills, { job: { like: "a|b" }, outcome: { unlike: "late" } }),
    'oms_fills_total{job=~"a|b",outcome!~"late"}',
  ],
  [series(oms.open, { job: 'a"b\\c' }), 'oms_open_orders{job="a\\"b\\\\c"}'],
  [rate(oms.fills, { job: "oms" }), 'rate(oms_fills_total{job="oms"}[$__rate_interval])'],
  [
    increase(containers.restarts, { service: "oms" }, "1h"),
    'increase(container_restarts_total{service="oms"}[1h])',
  ],
  [sum("a"), "sum(a)"],
  [count("a", ["job", "route"]), "count by (job, route) (a)"],
  [
    quantile(0.95, kit.requests.bucket, { job: "oms" }, ["route"]),
    'histogram_quantile(0.95, sum by (route, le) (rate(http_request_duration_seconds_bucket{job="oms"}[$__rate_interval])))',
  ],
])("%s", (made, expected) => {
  expect(made).toBe(expected);
});
