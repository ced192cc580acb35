/**
 * Who reaches whom, written by hand, row by row. A `+` in a row is a service whose declared ports accept a connection
 * from the service at the row's left; a `-` is one that it can neither resolve nor reach by its address.
 */
const COLUMNS = [
  "gateway",
  "tools-gateway",
  "welcome",
  "nats",
  "opa",
  "valkey-state",
  "valkey-cache",
  "postgres",
  "questdb",
  "s3",
  "opensearch",
  "authn",
  "market-data-gateway",
  "normalizer",
  "hot-cache",
  "questdb-writer",
  "risk",
  "oms",
  "exeq",
  "prism",
  "live-gateway",
  "pnl",
  "live-updates",
  "api-docs",
];

/** Guests are containers of the test, on one lane alone. */
const ROWS: Readonly<Record<string, string>> = {
  gateway: /*               */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  "tools-gateway": /*       */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  welcome: /*               */ "+ + + - + + + + + + + + + + + + + + + - + + + +",
  nats: /*                  */ "+ + - + + - - - - - - + + + + + + + + + + + + +",
  opa: /*                   */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  "valkey-state": /*        */ "+ + + - + + + + + + + + + + + + + + + - + + + +",
  "valkey-cache": /*        */ "+ + + - + + + + + + + + + + + + + + + - + + + +",
  postgres: /*              */ "+ + + - + + + + + + + + + + + + + + + - + + + +",
  questdb: /*               */ "+ + + - + + + + + + + + + + + + + + + - + + + +",
  s3: /*                  */ "+ + + - + + + + + + + + + + + + + + + - + + + +",
  opensearch: /*            */ "+ + + - + + + + + + + + + + + + + + + - + + + +",
  authn: /*                 */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  "market-data-gateway": /* */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  normalizer: /*            */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  "hot-cache": /*           */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  "questdb-writer": /*      */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  risk: /*                  */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  oms: /*                   */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  exeq: /*                  */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  prism: /*                 */ "+ + - + + - - - - - - + + + + + + + + + + + + +",
  "live-gateway": /*        */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  pnl: /*                   */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  "live-updates": /*        */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  "api-docs": /*            */ "+ + + + + + + + + + + + + + + + + + + + + + + +",
  "guest-frontend": /*      */ "+ + - - - - - - - - - - - - - - - - - - - - - -",
  "guest-lowlatency": /*    */ "+ + - + + - - - - - - + + + + + + + + + + + + +",
  "guest-backend": /*       */ "+ + + - + + + + + + + + + + + + + + + - + + + +",
};

/** Rows of the table: from → to → whether it is reached. */
export const REACH: ReadonlyMap<string, ReadonlyMap<string, boolean>> = new Map(
  Object.entries(ROWS).map(([from, row]) => [
    from,
    new Map(row.split(" ").map((mark, index) => [COLUMNS[index] ?? "", mark === "+"])),
  ]),
);

/** Those that have a way out of the host; everybody else has none at all. */
export const GOES_OUT: readonly string[] = ["gateway", "tools-gateway", "guest-frontend"];
