import type { Context as HonoContext } from "hono";
import { every } from "hono/combine";

import type { AppEnv } from "#api/dependencies";
import { ValidationFailed } from "#api/exceptions";
import { answerPrinted } from "#api/feeds/answer";
import { cacheWhenPublic, tagCache } from "#api/headers";
import { linkPost } from "#api/links";
import { type Form, formOf } from "#api/post-forms";
import { createRouter } from "#api/router";
import { readPostText } from "#service/posts/texts";

/**
 * The same post as Markdown or plain text, by the end of its address or by `Accept`. What is wanted as JSON
 * goes on to the route that everybody knows.
 */
export const postTexts = createRouter();

type Text = Form & { readonly format: "markdown" | "plaintext" };

/** What a text is answered with, and nothing that comes as JSON. */
const answerText = (form: Text) =>
  every(cacheWhenPublic("posts"), (c: HonoContext<AppEnv>) => show(c, form));

async function show(c: HonoContext<AppEnv>, { key, extension, format }: Text): Promise<Response> {
  refuseParameters(c);
  const { post, text } = await readPostText(c.var.context, c.var.caller, key, format);
  const { id, slug, status, canonicalUrl, authors, tags } = post;
  tagCache(
    c,
    `post-${id}`,
    ...authors.map((author) => `author-${author.id}`),
    ...tags.map((tag) => `tag-${tag.id}`),
  );
  if (key !== id && key !== slug) return c.redirect(`/v1/posts/${slug}${extension}`, 301);
  linkPost(c, { slug, status, canonical_url: canonicalUrl });
  const type = format === "markdown" ? "text/markdown" : "text/plain";
  return answerPrinted(c, { text, type: `${type}; charset=utf-8`, changedAt: null });
}

/** Whoever asked for `.json` by an old name is led to `.json` by the new one. */
function keepExtension(c: HonoContext<AppEnv>, extension: string): void {
  const location = c.res.headers.get("Location");
  if (c.res.status !== 301 || location === null) return;
  c.res.headers.set("Location", location.replace(/(?=\?|$)/u, extension));
}

const isText = (form: Form): form is Text => form.format !== "json";

postTexts.get("/posts/:id", async (c, next) => {
  const form = formOf(c.req.param("id"), c.req.header("accept"));
  if (isText(form)) return answerText(form)(c, next);
  await next();
  if (form.extension !== "") keepExtension(c, form.extension);
  return undefined;
});

/** A text is whole: what chooses among fields would be ignored. @throws {ValidationFailed} 42200 */
function refuseParameters(c: HonoContext<AppEnv>): void {
  const names = Object.keys(c.req.query());
  if (names.length === 0) return;
  throw new ValidationFailed(
    names.map((pointer) => ({
      pointer,
      code: "unrecognized_keys",
      message: "A text comes as it is; ask for JSON to choose.",
    })),
  );
}
