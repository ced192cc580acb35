/**
 * Runs in the browser: every half minute it asks for the page again and puts the new content in place of the old one.
 * What the visitor opened stays open, what has the focus keeps it, and who listens hears a new headline.
 */
export const scriptText = `"use strict";
(() => {
  const EVERY_MS = 30000;
  const byId = (id) => document.getElementById(id);
  let before = byId("content").innerHTML;

  const put = (fresh) => {
    const content = fresh.getElementById("content");
    if (!content) throw new Error("no content");
    document.querySelector("header").replaceWith(fresh.querySelector("header"));
    const after = content.innerHTML;
    if (after === before) return;
    before = after;
    const headline = byId("headline").textContent;
    const open = [...document.querySelectorAll("details[open]")].map((each) => each.id);
    const focused = document.activeElement && document.activeElement.id;
    byId("content").replaceWith(content);
    for (const id of open) if (byId(id)) byId(id).open = true;
    if (focused && byId(focused)) byId(focused).focus({ preventScroll: true });
    document.title = fresh.title;
    document.querySelector("link[rel=icon]").href = fresh.querySelector("link[rel=icon]").href;
    const now = byId("headline").textContent;
    if (now !== headline) byId("announcement").textContent = now;
  };

  const refresh = async () => {
    if (document.hidden) return;
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      // 503 is the page, too: it says that the status cannot be read
      if (!response.ok && response.status !== 503) throw new Error(String(response.status));
      put(new DOMParser().parseFromString(await response.text(), "text/html"));
      byId("offline").hidden = true;
    } catch {
      byId("offline").hidden = false;
    }
  };

  setInterval(refresh, EVERY_MS);
  document.addEventListener("visibilitychange", refresh);
})();
`;
