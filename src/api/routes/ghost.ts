import { withReader } from "#api/dependencies";
import { answerGhost, toGhostList, toGhostRead, withFields } from "#api/ghost/answers";
import {
  type GhostBody,
  toGhostAuthorBody,
  toGhostIndexAuthorBody,
  toGhostIndexPostBody,
  toGhostIndexTagBody,
  toGhostNewsletterBody,
  toGhostPostBody,
  toGhostStaticPageBody,
  toGhostTagBody,
  toGhostTierBody,
} from "#api/ghost/bodies";
import { GHOST_PATHS } from "#api/ghost/paths";
import { ghostKeyOf, ghostNameOf, ghostQueryOf } from "#api/ghost/requests";
import { toGhostSettingsBody, toGhostSiteBody } from "#api/ghost/settings-body";
import { cacheWhenPublic, tagCache } from "#api/headers";
import { createRouter } from "#api/router";
import type { GhostPost } from "#domain/ghost/posts";
import {
  browseGhostAuthors,
  browseGhostNewsletters,
  browseGhostTags,
  indexGhostAuthors,
  indexGhostTags,
  readGhostAuthor,
  readGhostTag,
} from "#service/ghost/groups";
import { browseGhostPosts, indexGhostPosts, readGhostPost } from "#service/ghost/posts";
import {
  browseGhostRecommendations,
  browseGhostTiers,
  readGhostSettings,
  readGhostSite,
  refuseGhostOffer,
} from "#service/ghost/site";

/**
 * The content API of Ghost, for clients that were made for it. It is no part of our own API: names, envelopes
 * and manners are Ghost's, the key stands in the address, and who asks otherwise is not looked at.
 *
 * @see https://ghost.org/docs/content-api/
 */
export const ghost = createRouter();

const base = "/ghost/api/content";

ghost.use(GHOST_PATHS, withReader);

const kinds: readonly (readonly ["posts" | "pages", (post: GhostPost) => GhostBody])[] = [
  ["posts", toGhostPostBody],
  ["pages", toGhostStaticPageBody],
];

for (const [kind, toBody] of kinds) {
  const cached = cacheWhenPublic("posts,tags,authors,settings");
  ghost.get(`${base}/${kind}/`, cached, async (c) => {
    const [key, query] = [ghostKeyOf(c), ghostQueryOf(c)];
    const page = await browseGhostPosts(c.var.context, key, kind, query);
    const list = toGhostList(kind, page, (post) => withFields(query, toBody(post)));
    return answerGhost(c, list);
  });
  for (const path of [`${base}/${kind}/:id/`, `${base}/${kind}/slug/:slug/`]) {
    ghost.get(path, cached, async (c) => {
      const [key, query, name] = [ghostKeyOf(c), ghostQueryOf(c), ghostNameOf(c)];
      const post = await readGhostPost(c.var.context, key, kind, { name, query });
      tagCache(c, `post-${post.uuid}`);
      return answerGhost(c, toGhostRead(kind, withFields(query, toBody(post))));
    });
  }
}

ghost.get(`${base}/authors/`, cacheWhenPublic("authors,posts,settings"), async (c) => {
  const [key, query] = [ghostKeyOf(c), ghostQueryOf(c)];
  const page = await browseGhostAuthors(c.var.context, key, query);
  const list = toGhostList("authors", page, (author) =>
    withFields(query, toGhostAuthorBody(author)),
  );
  return answerGhost(c, list);
});

for (const path of [`${base}/authors/:id/`, `${base}/authors/slug/:slug/`]) {
  ghost.get(path, cacheWhenPublic("authors,posts,settings"), async (c) => {
    const [key, query, name] = [ghostKeyOf(c), ghostQueryOf(c), ghostNameOf(c)];
    const author = await readGhostAuthor(c.var.context, key, { name, query });
    return answerGhost(c, toGhostRead("authors", withFields(query, toGhostAuthorBody(author))));
  });
}

ghost.get(`${base}/tags/`, cacheWhenPublic("tags,posts,settings"), async (c) => {
  const [key, query] = [ghostKeyOf(c), ghostQueryOf(c)];
  const page = await browseGhostTags(c.var.context, key, query);
  const list = toGhostList("tags", page, (tag) => withFields(query, toGhostTagBody(tag)));
  return answerGhost(c, list);
});

for (const path of [`${base}/tags/:id/`, `${base}/tags/slug/:slug/`]) {
  ghost.get(path, cacheWhenPublic("tags,posts,settings"), async (c) => {
    const [key, query, name] = [ghostKeyOf(c), ghostQueryOf(c), ghostNameOf(c)];
    const tag = await readGhostTag(c.var.context, key, { name, query });
    return answerGhost(c, toGhostRead("tags", withFields(query, toGhostTagBody(tag))));
  });
}

ghost.get(`${base}/tiers/`, cacheWhenPublic("settings"), async (c) => {
  const [key, query] = [ghostKeyOf(c), ghostQueryOf(c)];
  const page = await browseGhostTiers(c.var.context, key, query);
  const list = toGhostList("tiers", page, (tier) => withFields(query, toGhostTierBody(tier)));
  return answerGhost(c, list);
});

ghost.get(`${base}/newsletters/`, cacheWhenPublic("newsletters"), async (c) => {
  const [key, query] = [ghostKeyOf(c), ghostQueryOf(c)];
  const page = await browseGhostNewsletters(c.var.context, key, query);
  const list = toGhostList("newsletters", page, (newsletter) =>
    withFields(query, toGhostNewsletterBody(newsletter)),
  );
  return answerGhost(c, list);
});

ghost.get(`${base}/settings/`, cacheWhenPublic("settings"), async (c) => {
  const settings = await readGhostSettings(c.var.context, ghostKeyOf(c));
  return answerGhost(c, { settings: toGhostSettingsBody(settings), meta: {} });
});

ghost.get(`${base}/search-index/posts/`, cacheWhenPublic("posts,settings"), async (c) => {
  const posts = await indexGhostPosts(c.var.context, ghostKeyOf(c));
  return answerGhost(c, { posts: posts.map(toGhostIndexPostBody) });
});

ghost.get(`${base}/search-index/authors/`, cacheWhenPublic("authors,posts,settings"), async (c) => {
  const authors = await indexGhostAuthors(c.var.context, ghostKeyOf(c));
  return answerGhost(c, { authors: authors.map(toGhostIndexAuthorBody) });
});

ghost.get(`${base}/search-index/tags/`, cacheWhenPublic("tags,posts,settings"), async (c) => {
  const tags = await indexGhostTags(c.var.context, ghostKeyOf(c));
  return answerGhost(c, { tags: tags.map(toGhostIndexTagBody) });
});

/** Nothing is sold here and nobody recommended, and clients that ask are told so in the way they understand. */
ghost.get(`${base}/offers/:id/`, async (c) => {
  const key = ghostKeyOf(c);
  ghostNameOf(c);
  return refuseGhostOffer(c.var.context, key);
});

ghost.get(`${base}/recommendations/`, cacheWhenPublic("settings"), async (c) => {
  const [key, query] = [ghostKeyOf(c), ghostQueryOf(c)];
  const page = await browseGhostRecommendations(c.var.context, key, query);
  return answerGhost(
    c,
    toGhostList("recommendations", page, () => ({})),
  );
});

/** Clients ask this first, without a key, to find out what answers here. */
ghost.get("/ghost/api/admin/site/", cacheWhenPublic("settings"), async (c) => {
  const settings = await readGhostSite(c.var.context);
  return answerGhost(c, { site: toGhostSiteBody(settings) });
});
