/**
 * What can be read of a published post by its names on the wire, and the parts of a statement that answer with it.
 */
/** A moment as the wire has it. */
export const moment = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** What is for members stays with them. */
const unlessForMembers = (column: string, instead: string): string =>
  `case when p.visibility = 'public' then ${column} else ${instead} end`;

/**
 * What can be read of a published post, in the order of the wire. Pictures are `null`, empty or raw here:
 * whoever sends the text puts them in from the columns beside it, where there are any.
 */
const members = {
  id: "p.id",
  slug: "p.slug",
  title: "p.title",
  excerpt: unlessForMembers("p.excerpt", "coalesce(p.custom_excerpt, '')"),
  status: "p.status",
  type: "p.type",
  visibility: "p.visibility",
  featured: "p.featured",
  feature_image: "p.feature_image",
  feature_image_media: "null",
  author: "a.bylines -> 0",
  authors: "coalesce(a.bylines, '[]')",
  tags: "coalesce(t.labels, '[]')",
  published_at: moment("p.published_at"),
  publish_at: "null",
  unpublish_at: "null",
  newsletter: "null",
  publish_lag_ms: "null",
  created_at: moment("p.created_at"),
  updated_at: moment("p.updated_at"),
  deleted_at: "null",
  version: "p.version",
  reading_time: "p.reading_time",
  word_count: "p.word_count",
  meta_title: "p.meta_title",
  meta_description: "p.meta_description",
  canonical_url: "p.canonical_url",
  og_title: "p.og_title",
  og_description: "p.og_description",
  og_image: "p.og_image",
  metadata: "p.metadata",
  content: unlessForMembers("p.content", "''"),
  html: unlessForMembers("p.html", "''"),
  media: "'[]'::json",
  plaintext: "null",
} as const satisfies Record<string, string>;

/** Something that can be read of a post, by its name on the wire. */
export type PostMember = keyof typeof members;

const names = Object.keys(members) as PostMember[];

const texts = ["content", "html", "media", "plaintext"] as const satisfies PostMember[];

/** Whether the text of a post is wanted in any form, or what is made of it. */
export const hasTexts = (wanted: ReadonlySet<PostMember>): boolean =>
  texts.some((name) => wanted.has(name));
const bylines = `cross join lateral (
  select array_to_json(array_agg((
      select row_to_json(byline) from (
        select u.id, u.slug, u.name, u.avatar_url,
          case when strpos(u.avatar_url, '/media/') > 0 then avatar_of_user(u.id) end as avatar
        from users u where u.id = pa.user_id
      ) byline) order by pa.position)) as bylines,
    string_agg(' author-' || pa.user_id, '') as shows
  from post_authors pa where pa.post_id = p.id) a`;

const labels = `cross join lateral (
  select array_to_json(array_agg((
      select row_to_json(label) from (select g.id, g.slug, g.name from tags g where g.id = pt.tag_id) label
    ) order by pt.position)) as labels,
    string_agg(' tag-' || pt.tag_id, '') as shows
  from post_tags pt where pt.post_id = p.id) t`;

/** What of a statement answers with some members; the posts are `p`. */
interface Parts {
  readonly columns: string;
  readonly joins: string;
}

const parts = new WeakMap<ReadonlySet<PostMember>, Parts>();

/** Put together once for a set that is asked for again and again. */
export function partsOf(wanted: ReadonlySet<PostMember>): Parts {
  const known = parts.get(wanted) ?? partsFor(wanted);
  parts.set(wanted, known);
  return known;
}

function partsFor(wanted: ReadonlySet<PostMember>): Parts {
  const shown = names.filter((name) => name !== "plaintext" && wanted.has(name));
  const item = shown.map((name) => `${members[name]} as ${name}`).join(", ");
  const hasBylines = wanted.has("author") || wanted.has("authors");
  const hasLabels = wanted.has("tags");
  const shows = [
    "'post-' || p.id",
    ...(hasBylines ? ["a.shows"] : []),
    ...(hasLabels ? ["t.shows"] : []),
  ];
  const columns = [
    `(select row_to_json(item) from (select ${item}) item)::text as json, p.id`,
    `concat(${shows.join(", ")}) as shows`,
    `${rawOf(wanted, hasBylines)} as raw`,
    `${wanted.has("plaintext") ? members.html : "null"} as html`,
  ].join(", ");
  return { columns, joins: [hasBylines ? bylines : "", hasLabels ? labels : ""].join(" ") };
}

function rawOf(wanted: ReadonlySet<PostMember>, hasBylines: boolean): string {
  const [hasFeature, hasMedia] = [wanted.has("feature_image_media"), wanted.has("media")];
  const places = [
    ...(hasFeature ? ["strpos(p.feature_image, '/media/') > 0"] : []),
    ...(hasMedia ? ["strpos(p.html, '/media/') > 0"] : []),
    ...(hasBylines ? [`strpos(a.bylines::text, '"objectKey"') > 0`] : []),
  ];
  if (places.length === 0) return "null";
  const html = hasMedia && !wanted.has("html") ? members.html : "null";
  return `case when ${places.join(" or ")} then json_build_object(
    'pictures', ${hasFeature || hasMedia ? "pictures_of_post(p.id)" : "null"},
    'featureImage', p.feature_image, 'html', ${html}) end`;
}
