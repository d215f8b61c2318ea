import { answerPrinted } from "#api/feeds/answer";
import { answerPreflight, cacheWhenPublic, openToAllOrigins } from "#api/headers";
import { cursorOf, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import type { Keyset } from "#core/pages";
import { apiUrlOf } from "#core/settings";
import { readLlmsFull, readLlmsIndex } from "#service/llms";

/**
 * What is published, for programs that read: an index, and everything in full. Pages as feeds are, and no
 * part of the API.
 *
 * @see https://llmstxt.org/
 */
export const llms = createRouter();

/** What a browser shows, and does not save. */
const type = "text/plain; charset=utf-8";

llms.options("/llms.txt", answerPreflight);
llms.get("/llms.txt", openToAllOrigins, cacheWhenPublic("posts,settings"), async (c) =>
  answerPrinted(c, { ...(await readLlmsIndex(c.var.context)), type }),
);

const FULL = "/llms-full.txt";

llms.options(FULL, answerPreflight);
llms.get(FULL, openToAllOrigins, cacheWhenPublic("posts,tags,authors,settings"), async (c) => {
  const { context } = c.var;
  const addressOf = async (next: Keyset): Promise<string> =>
    `${apiUrlOf(context.settings)}${FULL}?cursor=${await cursorOf(c, FULL, next)}`;
  const { nextUrl, ...page } = await readLlmsFull(context, await readCursor(c, FULL), addressOf);
  if (nextUrl !== null) c.header("Link", `<${nextUrl}>; rel="next"`);
  return answerPrinted(c, { ...page, type });
});
