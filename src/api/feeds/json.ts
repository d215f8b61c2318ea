import type { Feed, FeedItem } from "#domain/feeds";

/** JSON Feed 1.1. @see https://www.jsonfeed.org/version/1.1/ */
export const jsonFeedOf = (feed: Feed): string =>
  JSON.stringify({
    version: "https://jsonfeed.org/version/1.1",
    title: feed.title,
    home_page_url: feed.homeUrl,
    feed_url: `${feed.baseUrl}/feed.json`,
    ...(feed.description === null ? {} : { description: feed.description }),
    ...(feed.logo === null ? {} : { icon: feed.logo }),
    ...(feed.icon === null ? {} : { favicon: feed.icon }),
    language: feed.language,
    items: feed.items.map(itemOf),
  });

const itemOf = (item: FeedItem) => ({
  id: item.id,
  url: item.url,
  title: item.title,
  // One of the two has to be there.
  ...(item.html === null ? { content_text: item.summary } : { content_html: item.html }),
  summary: item.summary,
  ...(item.image === null ? {} : { image: item.image.url }),
  date_published: item.publishedAt,
  date_modified: item.updatedAt,
  authors: item.authors.map(({ name, url, avatar }) => ({
    name,
    url,
    ...(avatar === null ? {} : { avatar }),
  })),
  tags: item.tags,
  ...(item.language === null ? {} : { language: item.language }),
  ...attachmentsOf(item),
});

function attachmentsOf({ image }: FeedItem) {
  if (image === null || image.contentType === null || image.size === null) return {};
  const { url, contentType: mime_type, size: size_in_bytes } = image;
  return { attachments: [{ url, mime_type, size_in_bytes }] };
}
