import { errorAnswer, errorPage, landingPage } from "../../../../services/welcome/src/pages";
import { parseRoutes, type Route } from "../../../../services/welcome/src/routes";

const routes: readonly Route[] = [
  { title: "Landing page", url: "https://localhost/", description: "", kind: "ui" },
  { title: "Orders", url: "https://localhost/api/orders", description: "needs trader", kind: "api" },
  { title: "NATS", url: "tls+nats://localhost:4222", description: "its own login", kind: "tool" },
];
const evil = `<script>alert("1")</script>'&`;

test("the landing page lists each route in its section, with what it is for", () => {
  const page = landingPage("Trade2026", routes);
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain("<title>Trade2026</title>");
  expect([...page.matchAll(/<h2[^>]*>(\w+)/g)].map(([, heading]) => heading)).toEqual([
    "Applications",
    "APIs",
    "Tools",
  ]);
  expect(page).toContain('<a href="https://localhost/">Landing page</a>');
  // nothing answers at an API's own path
  expect(page).toMatch(/<span class="name">Orders<\/span>\s*<code>https:\/\/localhost\/api\/orders<\/code>/);
  expect(page).toContain("needs trader");
});

test("only what a browser opens is a link", () => {
  const urls = [
    "https://a/",
    "http://a/",
    "/relative",
    "tls+nats://a:1",
    "javascript:alert(1)",
    "//elsewhere",
    "data:text/html,x",
  ];
  const page = landingPage(
    "T",
    urls.map((url): Route => ({ title: `t ${url}`, url, description: "", kind: "tool" })),
  );
  const links = [...page.matchAll(/<li><a href="([^"]*)"/g)].map(([, href]) => href);
  expect(links).toEqual(["https://a/", "http://a/", "/relative"]);
});

test("a section without routes is not there, and no routes at all is said", () => {
  expect(landingPage("T", routes.slice(0, 1))).not.toContain("APIs");
  expect(landingPage("T", [])).toContain("No routes are known yet.");
});

test("an error page says what was asked, why it is not there, and what is", () => {
  const page = errorPage("Trade2026", { status: 404, path: `/x/${evil}`, requestId: "r" }, routes);
  expect(page).toContain("<title>404 · Trade2026</title>");
  expect(page).toContain("Nothing lives here");
  expect(page).toContain(`<code>/x/&lt;script&gt;`);
  expect(page).toContain("https://localhost/api/orders");
  expect(errorPage("T", { status: 503, path: "/", requestId: "r" }, routes)).toContain("not ready");
  expect(errorPage("T", { status: 418, path: "/", requestId: "r" }, routes)).toContain("I&#39;m a Teapot");
});

test("no page holds a script, a style or a handler of its own", () => {
  const bad: readonly Route[] = [{ title: evil, url: `https://a/"onload="x`, description: evil, kind: "ui" }];
  for (const page of [
    landingPage(evil, bad),
    errorPage(evil, { status: 404, path: evil, requestId: "r" }, bad),
  ]) {
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+="/i);
  }
});

test("programs get the same as an error of the platform's APIs", () => {
  expect(errorAnswer({ status: 404, path: "/x", requestId: "r-1" }, routes)).toEqual({
    error: "not_found",
    message: "Nothing lives here",
    status: 404,
    requestId: "r-1",
    path: "/x",
    routes,
  });
  expect(errorAnswer({ status: 502, path: "/x", requestId: "r" }, []).error).toBe("bad_gateway");
});

test("the file of routes is checked, all of it at once", () => {
  expect(parseRoutes(JSON.stringify(routes))).toEqual(routes);
  expect(parseRoutes('[{"title":"a","url":"/","kind":"ui","role":"viewer"}]')).toEqual([
    { title: "a", url: "/", description: "", kind: "ui" },
  ]);
  expect(() => parseRoutes('[{"title":"","url":"/","kind":"page"}]')).toThrow(/\[0\.title\].*\[0\.kind\]/);
  expect(() => parseRoutes("{}")).toThrow();
  expect(() => parseRoutes("")).toThrow();
});
