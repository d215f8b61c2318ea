import type { Context as HonoContext } from "hono";
import { html, raw } from "hono/html";

import type { AppEnv } from "#api/dependencies";

import { style } from "./style";

/** HTML that has been escaped where it had to be. */
export type Html = ReturnType<typeof html>;

/** A page for readers: what it is about, and what it says. */
export interface Page {
  readonly title: string;
  readonly main: Html;
}

const layout = (site: string, { title, main }: Page): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <title>${title} · ${site}</title>
        <link rel="icon" href="data:," />
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <p class="site">${site}</p>
        <main>
          <h1>${title}</h1>
          ${main}
        </main>
      </body>
    </html> `;

let policy: Promise<string> | undefined;

/** A page may use its own style sheet and send its forms home; nothing runs, nothing is fetched. */
async function policyOf(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  const hash = btoa(String.fromCodePoint(...new Uint8Array(digest)));
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
}

/** Answers with a page, which nobody keeps and no search engine finds. */
export async function answerPage(
  c: HonoContext<AppEnv>,
  page: Page,
  status: 200 | 400 | 404 | 429 | 500 | 503 = 200,
): Promise<Response> {
  policy ??= policyOf();
  c.header("Content-Security-Policy", await policy);
  c.header("X-Robots-Tag", "noindex, nofollow");
  const text = String(await layout(c.var.context.settings.SITE_TITLE, page));
  return c.body(text, status, { "Content-Type": "text/html; charset=utf-8" });
}
