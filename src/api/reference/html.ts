import { html, raw } from "hono/html";
import MarkdownIt from "markdown-it";

import { style } from "./style";

/** HTML that has been escaped where it had to be. */
export type Html = ReturnType<typeof html>;

const markdown = new MarkdownIt({ html: false });

/** Markdown of our own as blocks. */
export const blocks = (source: string): Html => raw(markdown.render(source));

/** Markdown of our own inside a sentence. */
export const inline = (source: string): Html => raw(markdown.renderInline(source));

/** JSON as people read it. */
export const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/**
 * A whole page. It needs nothing but itself: no script, no font, no picture, no other address.
 */
export const layout = (title: string, contents: Html, main: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <div class="page">
          <nav aria-label="Contents">${contents}</nav>
          <main>${main}</main>
        </div>
      </body>
    </html> `;
