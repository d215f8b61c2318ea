import type { Random } from "#chaos/random";

import type { PostHistory } from "./histories.ts";

/** An address, and what must be in its answer. */
export interface Place {
  /** Where a key belongs into it, there is `*`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The one post that it is about; null for all. */
  readonly post: PostHistory | null;
  /** Whether every post that is out must be there. */
  readonly isWhole: boolean;
  /**
   * Where it looks for a key. Our API takes one from a header and opens without; Ghost's takes it from the
   * address and opens to nobody else; pages look at none.
   */
  readonly keyIn: "header" | "address" | "nothing";
}

/** What readers read, and what staff read. */
export interface Places {
  readonly forReaders: readonly Place[];
  readonly forStaff: readonly Place[];
}

/** Of a post: by its id and by its slug, in every form. */
function placesOf(post: PostHistory): readonly Place[] {
  const { id, slug } = post;
  const markdown = { accept: "text/markdown, */*;q=0.1" };
  const one = { post, isWhole: false, keyIn: "header" } as const;
  return [
    { path: `/v1/posts/${id}`, ...one },
    { path: `/v1/posts/${slug}`, ...one },
    { path: `/v1/posts/%${slug.charCodeAt(0).toString(16)}${slug.slice(1)}`, ...one },
    { path: `/v1/posts/${id}`, headers: markdown, ...one },
    { path: `/v1/posts/${slug}.md`, ...one },
    { path: `/v1/posts/${slug}.txt`, ...one },
    { path: `/v1/posts/${slug}.json`, ...one },
  ];
}

/** Of all of them. */
export const lists: readonly Place[] = [
  "/v1/posts?limit=100",
  "/v1/posts?limit=100&order=-published_at",
  "/v1/posts?order=-published_at&l%69mit=100",
].map((path) => ({ path, post: null, isWhole: true, keyIn: "header" }));

const pages: readonly Place[] = [
  "/rss.xml",
  "/atom.xml?utm_source=chaos",
  "/feed.json",
  "/llms-full.txt",
].map((path) => ({ path, post: null, isWhole: true, keyIn: "nothing" }));

const searches: readonly Place[] = ["/v1/search?q=harbour&limit=50"].map((path) => ({
  path,
  post: null,
  isWhole: false,
  keyIn: "header",
}));

const ghost = "/ghost/api/content";

/** The same as Ghost's clients ask for it. */
const ghostPlacesOf = (post: PostHistory): readonly Place[] =>
  [
    `${ghost}/posts/slug/${post.slug}/?key=*`,
    `${ghost}/posts/slug/${post.slug}/?include=tags,authors&k%65y=*`,
    `${ghost}/posts/slug/${post.slug}/?key=*&formats=plaintext&v=5`,
  ].map((path) => ({ path, post, isWhole: false, keyIn: "address" }));

export const ghostLists: readonly Place[] = [
  `${ghost}/posts/?key=*&limit=100`,
  `${ghost}/posts/?limit=all&order=published_at%20desc&key=*`,
  `${ghost}/posts/?key=*&filter=featured:false&limit=100`,
  `${ghost}/search-index/posts/?key=*`,
].map((path) => ({ path, post: null, isWhole: true, keyIn: "address" }));

/** They show no post, and are no less closed to whoever has no key. */
const ghostOthers: readonly Place[] = [
  `${ghost}/settings/?key=*`,
  `${ghost}/tags/?key=*&include=count.posts`,
].map((path) => ({ path, post: null, isWhole: false, keyIn: "address" }));

const forStaff = (post: PostHistory): readonly Place[] => [
  { path: `/v1/posts/${post.id}`, post, isWhole: false, keyIn: "header" },
  { path: "/v1/posts?limit=100", post: null, isWhole: false, keyIn: "header" },
];

/** What readers of one interleaving read: few places, so that one finds what another left. */
export function placesByChance(post: PostHistory, random: Random): Places {
  const forReaders = random.chance(0.3)
    ? [random.pick(ghostPlacesOf(post)), random.pick([...ghostLists, ...ghostOthers])]
    : [random.pick(placesOf(post)), random.pick([...lists, ...pages, ...searches])];
  return { forReaders, forStaff: forStaff(post) };
}
