import { refusalIn, refusalText } from "../../../../model/load/protocol";
import { readsIn } from "../../../../model/load/reads";

test("a read needs nothing but its path", () => {
  expect(
    readsIn({
      paths: {
        "/health": { get: {} },
        "/openapi.json": { get: {} },
        "/": { post: {}, get: { parameters: [{ name: "limit", in: "query" }] } },
        "/{id}": { get: {} },
        "/search": { get: { parameters: [{ name: "q", in: "query", required: true }] } },
        "/shared": { parameters: [{ name: "x", required: true }], get: {} },
        "/halt": { post: {} },
        "/state": { get: {} },
      },
    }),
  ).toEqual(["/", "/state"]);
});

test.each([undefined, null, "text", [], {}, { paths: null }, { paths: { "/a": null } }])(
  "%j offers none",
  (document) => expect(readsIn(document)).toEqual([]),
);

describe("a refusal", () => {
  const log = (msg: string): string => JSON.stringify({ level: "error", msg, time: "2026-11-25T16:36:24Z" });

  test("is read out of k6's log, whatever k6 puts before it", () => {
    const text = [
      "no JSON at all",
      log("GoError: something else"),
      log(`test aborted: ${refusalText("mode", 'live "now"')}`),
    ].join("\n");
    expect(refusalIn(text)).toEqual({ refusal: "mode", found: 'live "now"' });
  });

  test.each(["", log("test aborted: because"), log("refused(toString): x"), refusalText("mode", "not JSON")])(
    "%s is none",
    (text) => expect(refusalIn(text)).toBeUndefined(),
  );
});
