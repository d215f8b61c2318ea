import type { GhostAuthor, GhostNewsletter, GhostTag } from "#domain/ghost/groups";
import type { GhostIndexPost, GhostPost } from "#domain/ghost/posts";
import type { GhostTier } from "#domain/ghost/tiers";

/** The names of Ghost's fields, with what they hold. What we keep nothing of is null. */
export type GhostBody = Readonly<Record<string, unknown>>;

const noCode = { codeinjection_head: null, codeinjection_foot: null } as const;
const noTwitter = {
  twitter_image: null,
  twitter_title: null,
  twitter_description: null,
} as const;

/** A post as lists and reads have it: texts, tags, authors and tiers where they were asked for. */
export function toGhostPostBody(post: GhostPost): GhostBody {
  return { ...toGhostPageBody(post), email_subject: null };
}

/** The same of a page. Newer builds of Ghost say whether its title is shown. */
export function toGhostStaticPageBody(post: GhostPost): GhostBody {
  return { ...toGhostPageBody(post), show_title_and_feature_image: true };
}

const toGhostPageBody = (post: GhostPost): GhostBody => ({
  id: post.id,
  uuid: post.uuid,
  title: post.title,
  slug: post.slug,
  ...textsOf(post),
  comment_id: post.id,
  feature_image: post.featureImage,
  feature_image_alt: post.featureImageAlt,
  feature_image_caption: post.featureImageCaption,
  featured: post.featured,
  visibility: post.visibility,
  created_at: post.createdAt,
  updated_at: post.updatedAt,
  published_at: post.publishedAt,
  custom_excerpt: post.customExcerpt,
  ...noCode,
  custom_template: null,
  canonical_url: post.canonicalUrl,
  ...groupsOf(post),
  url: post.url,
  excerpt: post.excerpt,
  reading_time: post.readingTime,
  access: post.access,
  comments: false,
  og_image: post.ogImage,
  og_title: post.ogTitle,
  og_description: post.ogDescription,
  ...noTwitter,
  meta_title: post.metaTitle,
  meta_description: post.metaDescription,
  frontmatter: null,
});

const textsOf = ({ html, plaintext }: GhostPost): GhostBody => ({
  ...(html === null ? {} : { html }),
  ...(plaintext === null ? {} : { plaintext }),
});

function groupsOf({ tags, authors, tiers }: GhostPost): GhostBody {
  const [firstTag] = tags ?? [];
  const [firstAuthor] = authors ?? [];
  const isPrimary = firstTag?.visibility === "public";
  return {
    ...(tags && {
      tags: tags.map(toGhostTagBody),
      primary_tag: isPrimary ? toGhostTagBody(firstTag) : null,
    }),
    ...(authors && {
      authors: authors.map(toGhostAuthorBody),
      primary_author: firstAuthor ? toGhostAuthorBody(firstAuthor) : null,
    }),
    ...(tiers && { tiers: tiers.map(toGhostTierBody) }),
  };
}

const countOf = (posts: number | null): GhostBody => (posts === null ? {} : { count: { posts } });

export const toGhostTagBody = (tag: GhostTag): GhostBody => ({
  id: tag.id,
  name: tag.name,
  slug: tag.slug,
  description: tag.description,
  feature_image: null,
  visibility: tag.visibility,
  og_image: null,
  og_title: null,
  og_description: null,
  ...noTwitter,
  meta_title: null,
  meta_description: null,
  ...noCode,
  canonical_url: null,
  accent_color: null,
  url: tag.url,
  ...countOf(tag.postCount),
});

export const toGhostAuthorBody = (author: GhostAuthor): GhostBody => ({
  id: author.id,
  name: author.name,
  slug: author.slug,
  profile_image: author.profileImage,
  cover_image: null,
  bio: author.bio,
  website: author.website,
  location: null,
  facebook: null,
  twitter: null,
  threads: null,
  bluesky: null,
  mastodon: null,
  tiktok: null,
  youtube: null,
  instagram: null,
  linkedin: null,
  meta_title: null,
  meta_description: null,
  url: author.url,
  ...countOf(author.postCount),
});

export const toGhostTierBody = (tier: GhostTier): GhostBody => ({
  id: tier.id,
  name: tier.name,
  slug: tier.slug,
  description: null,
  active: true,
  type: tier.type,
  welcome_page_url: null,
  visibility: tier.visibility,
  trial_days: 0,
  benefits: [],
  created_at: tier.createdAt,
  updated_at: tier.updatedAt,
});

export const toGhostNewsletterBody = (newsletter: GhostNewsletter): GhostBody => ({
  id: newsletter.id,
  uuid: newsletter.uuid,
  name: newsletter.name,
  description: newsletter.description,
  slug: newsletter.slug,
  sender_email: newsletter.senderEmail,
  visibility: "members",
  subscribe_on_signup: newsletter.subscribeOnSignup,
  sort_order: newsletter.sortOrder,
  created_at: newsletter.createdAt,
  updated_at: newsletter.updatedAt,
});

export const toGhostIndexPostBody = (post: GhostIndexPost): GhostBody => ({
  id: post.id,
  slug: post.slug,
  title: post.title,
  excerpt: post.excerpt,
  url: post.url,
  visibility: post.visibility,
  created_at: post.createdAt,
  updated_at: post.updatedAt,
  published_at: post.publishedAt,
});

export const toGhostIndexAuthorBody = (author: GhostAuthor): GhostBody => ({
  id: author.id,
  slug: author.slug,
  name: author.name,
  url: author.url,
  profile_image: author.profileImage,
});

export const toGhostIndexTagBody = ({ id, slug, name, url }: GhostTag): GhostBody => ({
  id,
  slug,
  name,
  url,
});
