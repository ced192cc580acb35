import { escapeHtml, html } from "../../../../services/kit/html";

const evil = `<script>alert("1")</script>'&`;

test("everything put into markup is escaped, markup itself is not", () => {
  expect(html`<p title="${evil}">${html`<b>${1}</b>`}${[html`<i>${"<"}</i>`]}</p>`.text).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;"><b>1</b><i>&lt;</i></p>',
  );
  expect(escapeHtml("a & b")).toBe("a &amp; b");
});
