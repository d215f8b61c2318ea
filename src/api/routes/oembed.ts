import { z } from "@hono/zod-openapi";

import { ValidationFailed } from "#api/exceptions";
import { answerPrinted } from "#api/feeds/answer";
import { oEmbedOf, oEmbedXmlOf } from "#api/feeds/oembed";
import { answerPreflight, cacheWhenPublic, openToAllOrigins } from "#api/headers";
import { createRouter } from "#api/router";
import { readEmbed } from "#service/embeds";

/** Tells other sites how to show a post of this one. A page as feeds are: what consumers add is not looked at. */
export const oembed = createRouter();

const pixels = z
  .string()
  .regex(/^\d{1,5}$/u)
  .transform(Number)
  .optional();

const Query = z.object({
  url: z.string().min(1).max(2000),
  format: z.enum(["json", "xml"]).default("json"),
  maxwidth: pixels,
  maxheight: pixels,
});

oembed.options("/oembed", answerPreflight);
oembed.get("/oembed", openToAllOrigins, cacheWhenPublic("posts,settings"), async (c) => {
  const query = read(c.req.query());
  const { embed, changedAt } = await readEmbed(c.var.context, query.url);
  const room = { maxWidth: query.maxwidth ?? Infinity, maxHeight: query.maxheight ?? Infinity };
  const answer = oEmbedOf(embed, room);
  return query.format === "xml"
    ? answerPrinted(c, {
        text: oEmbedXmlOf(answer),
        type: "text/xml; charset=utf-8",
        changedAt,
      })
    : answerPrinted(c, {
        text: JSON.stringify(answer),
        type: "application/json; charset=utf-8",
        changedAt,
      });
});

function read(sent: Record<string, string>): z.infer<typeof Query> {
  const { data, error } = Query.safeParse(sent);
  if (data) return data;
  throw new ValidationFailed(
    error.issues.map(({ path, code, message }) => ({ pointer: path.join("."), code, message })),
  );
}
