import type { Context as HonoContext } from "hono";
import { html, raw } from "hono/html";

import type { AppEnv } from "#api/dependencies";
import type { Preview } from "#service/posts/preview";

import type { Html, Page } from "./layout";
import { articleStyle, style } from "./style";

/** What a link says that has had its time, or never was one. */
export const lostPreview: Page = {
  title: "This link leads nowhere",
  main: html`<p>
    It has expired, a part of it got lost on the way, or the post is gone. Ask whoever sent it to
    you for a new one.
  </p>`,
};

const sheet = `${style}${articleStyle}`;

const states = { draft: "Draft", scheduled: "Waits to be published", published: "Published" };

/** `2026-11-23T09:30:00.123Z` for people. */
const shownMoment = (moment: string): Html =>
  html`<time datetime="${moment}">${moment.slice(0, 10)}, ${moment.slice(11, 16)} UTC</time>`;

const layout = ({ post, html: text, language, expiresAt }: Preview): Html =>
  html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="no-referrer" />
        <title>${post.title} · Preview</title>
        <link rel="icon" href="data:," />
        ${raw(`<style>${sheet}</style>`)}
      </head>
      <body>
        <p class="notice" lang="en">
          <strong>Preview · ${states[post.status]}</strong>
          For you alone: this link works until ${shownMoment(expiresAt)}.
        </p>
        <main class="article">
          <article dir="auto">
            <header>
              <h1>${post.title}</h1>
              ${bylineOf(post)}
            </header>
            ${pictureOf(post)}
            <div class="text">${raw(text)}</div>
          </article>
        </main>
      </body>
    </html> `;

function bylineOf({ authors, tags, publishedAt, readingTime }: Preview["post"]): Html {
  const facts = [
    authors.map(({ name }) => name).join(", "),
    publishedAt === null ? "" : publishedAt.slice(0, 10),
    readingTime > 0 ? `${readingTime} min` : "",
    tags.map(({ name }) => name).join(", "),
  ].filter((fact) => fact !== "");
  return html`<p class="small">${facts.join(" · ")}</p>`;
}

/** A picture is above the text on most sites; it may be anywhere on the web, but nothing else. */
function pictureOf({ featureImage }: Preview["post"]): Html {
  return featureImage === null || !/^(?:https?:\/\/|\/media\/)/u.test(featureImage)
    ? html``
    : html`<img class="feature" src="${featureImage}" alt="" />`;
}

let policy: Promise<string> | undefined;

/**
 * The page runs nothing, sends nothing, and has no origin: whatever got into a text could neither read what
 * this server has for its reader nor ask it for anything. Pictures and sounds come from wherever they are.
 */
async function policyOf(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(sheet));
  const hash = btoa(String.fromCodePoint(...new Uint8Array(digest)));
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "img-src http: https: data:",
    "media-src http: https:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "sandbox allow-popups allow-popups-to-escape-sandbox",
  ].join("; ");
}

/** Answers with a page that shows the post and nothing of the site. */
export async function answerPreview(c: HonoContext<AppEnv>, preview: Preview): Promise<Response> {
  policy ??= policyOf();
  c.header("Content-Security-Policy", await policy);
  const text = String(await layout(preview));
  return c.body(text, 200, { "Content-Type": "text/html; charset=utf-8" });
}
