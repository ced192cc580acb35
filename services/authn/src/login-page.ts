import { createHash } from "node:crypto";
import { escapeHtml } from "../../kit/html";

export interface LoginPage {
  readonly csrf: string;
  readonly returnTo: string;
  readonly name?: string;
  /** What went wrong with the last try. */
  readonly problem?: string;
}

const style = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{width:min(22rem,calc(100vw - 3rem))}
h1{margin:0 0 1.5rem;font-size:1.5rem}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input{box-sizing:border-box;width:100%;padding:.6rem .7rem;border:1px solid GrayText;border-radius:6px;font:inherit}
button{width:100%;margin-top:1.5rem;padding:.65rem;border:0;border-radius:6px;background:#0b5cad;color:#fff;font:inherit;font-weight:600}
button:focus-visible,input:focus-visible{outline:2px solid #0b5cad;outline-offset:2px}
.problem{margin:0;padding:.6rem .7rem;border-left:4px solid #c62828;background:color-mix(in srgb,#c62828 12%,Canvas)}`;

const styleHash = createHash("sha256").update(style).digest("base64");

/**
 * Nothing but this page's own style, no frame around it. Its form leads back to us, and from there to the tools: some
 * browsers hold a form's redirect to `form-action`, too.
 */
export function loginPolicy(hosts: readonly string[]): string {
  const targets = hosts.map((host) => `https://${host}:*`).join(" ");
  return `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'self' ${targets}; frame-ancestors 'none'`;
}

export function loginPage({ csrf, returnTo, name = "", problem }: LoginPage): string {
  return page(
    "Log in",
    `${problem === undefined ? "" : `<p class="problem" role="alert">${escapeHtml(problem)}</p>`}
<form method="post" action="login">
<input type="hidden" name="csrf" value="${escapeHtml(csrf)}">
<input type="hidden" name="return" value="${escapeHtml(returnTo)}">
<label for="username">User name</label>
<input id="username" name="username" value="${escapeHtml(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="256" required>
<button type="submit">Log in</button>
</form>`,
  );
}

/** For who comes to the login page with a session: the way out of it. */
export function logoutPage(name: string): string {
  return page(
    "Log out",
    `<p>You are logged in as ${escapeHtml(name)}, at every tool of this platform.</p>
<form method="post" action="logout">
<button type="submit">Log out</button>
</form>`,
  );
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Trade2026</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Trade2026</h1>
${content}
</main>
</body>
</html>
`;
}
