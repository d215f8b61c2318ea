import { escapeMarkup } from "#core/markup";
import type { Embed } from "#domain/embeds";
import type { FeedImage } from "#domain/feeds";

import { documentOf, element } from "./xml";

/** The card that is shown wants this much room, in pixels. */
const WIDTH = 600;
const LEAST_WIDTH = 220;
const HEIGHT = 200;

/** The room that a consumer has, in pixels. */
export interface Room {
  readonly maxWidth: number;
  readonly maxHeight: number;
}

export type OEmbed = Readonly<Record<string, string | number>>;

/**
 * An answer of oEmbed 1.0: a card where there is room for one, else a link.
 *
 * @see https://oembed.com/
 */
export function oEmbedOf(embed: Embed, room: Room): OEmbed {
  const common = {
    version: "1.0",
    title: embed.title,
    ...(embed.author === null
      ? {}
      : { author_name: embed.author.name, author_url: embed.author.url }),
    provider_name: embed.siteTitle,
    provider_url: embed.siteUrl,
    ...thumbnailOf(embed.image, room),
  };
  if (room.maxWidth < LEAST_WIDTH || room.maxHeight < HEIGHT) return { type: "link", ...common };
  const width = Math.min(WIDTH, room.maxWidth);
  return { type: "rich", ...common, width, height: HEIGHT, html: cardOf(embed) };
}

export const oEmbedXmlOf = (answer: OEmbed): string =>
  documentOf(
    element(
      "oembed",
      {},
      Object.entries(answer).map(([name, value]) => element(name, {}, String(value))),
    ),
  );

/** A thumbnail has to say how large it is, and may not be larger than the room. */
function thumbnailOf(image: FeedImage | null, room: Room): OEmbed {
  if (image === null || image.width === null || image.height === null) return {};
  if (image.width > room.maxWidth || image.height > room.maxHeight) return {};
  const { url: thumbnail_url, width: thumbnail_width, height: thumbnail_height } = image;
  return { thumbnail_url, thumbnail_width, thumbnail_height };
}

function cardOf({ url, title, excerpt, author, siteTitle, siteUrl }: Embed): string {
  const words = excerpt === "" ? "" : `<p>${escapeMarkup(excerpt)}</p>`;
  const name = author === null ? "" : `${escapeMarkup(author.name)}, `;
  return (
    `<blockquote cite="${escapeMarkup(url)}"><p><a href="${escapeMarkup(url)}">${escapeMarkup(title)}</a></p>` +
    `${words}<footer>${name}<a href="${escapeMarkup(siteUrl)}">${escapeMarkup(siteTitle)}</a></footer></blockquote>`
  );
}
