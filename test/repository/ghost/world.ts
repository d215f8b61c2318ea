/** What the filters are asked of: few enough to be read at a glance. One letter is one post's name here. */
export interface WorldPost {
  readonly letter: string;
  readonly id: string;
  readonly type: "post" | "page";
  readonly slug: string;
  readonly title: string;
  readonly featured: boolean;
  readonly visibility: "public" | "members" | "paid";
  readonly publishedAt: string;
  readonly featureImage: string | null;
  readonly customExcerpt: string | null;
  readonly metaTitle: string | null;
  readonly ogTitle: string | null;
  /** Slugs, the first one first. */
  readonly tags: readonly string[];
  readonly authors: readonly string[];
}

export interface WorldTag {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: string;
}

export interface WorldAuthor {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly bio: string | null;
}

/** Thing `number` of its kind; its id for Ghost is all but the last eight digits, without dashes. */
const idOf = (kind: string, number: number): string =>
  `0190${number.toString(16).padStart(4, "0")}-0000-7000-8000-${kind}00000001`;

const ordinary = {
  type: "post",
  featured: false,
  visibility: "public",
  featureImage: null,
  customExcerpt: null,
  metaTitle: null,
  ogTitle: null,
} as const;

type Written = Omit<WorldPost, "id" | "letter" | keyof typeof ordinary> & Partial<WorldPost>;

const given: Readonly<Record<string, Written>> = {
  a: {
    slug: "alpha",
    title: "Alpha",
    featured: true,
    publishedAt: "2020-01-01T00:00:00.000Z",
    customExcerpt: "In short",
    tags: ["news"],
    authors: ["ada"],
  },
  b: {
    slug: "bravo",
    title: "Bravo, 100% proof",
    publishedAt: "2020-02-01T10:30:00.250Z",
    featureImage: "https://pictures.example/b.jpg",
    metaTitle: "Meta of Bravo",
    tags: ["tech"],
    authors: ["ben"],
  },
  c: {
    slug: "charlie",
    title: `Charlie's "quoted" tale`,
    featured: true,
    publishedAt: "2020-02-01T10:30:01.000Z",
    metaTitle: "Meta of Charlie",
    ogTitle: "Open Charlie",
    tags: ["opinion"],
    authors: ["ada"],
  },
  d: {
    slug: "delta",
    title: "Delta blues",
    featured: true,
    visibility: "members",
    publishedAt: "2020-06-15T23:59:59.999Z",
    metaTitle: "Meta of Delta",
    tags: ["news", "tech"],
    authors: ["ben", "ada"],
  },
  e: {
    slug: "echo",
    title: "snake_case at 50%",
    visibility: "paid",
    publishedAt: "2021-01-01T00:00:00.000Z",
    ogTitle: "Open Echo",
    tags: ["news"],
    authors: ["ada"],
  },
  f: {
    slug: "foxtrot",
    title: "Über Öl 日本",
    featured: true,
    publishedAt: "2021-06-01T12:00:00.000Z",
    tags: ["tech", "news"],
    authors: ["ada", "cyd"],
  },
  g: {
    slug: "golf",
    title: String.raw`C:\path [x] (y) ^ $5`,
    publishedAt: "2022-01-01T08:00:00.000Z",
    featureImage: "https://pictures.example/g.png",
    tags: [],
    authors: ["cyd"],
  },
  h: {
    slug: "hotel",
    title: "null",
    publishedAt: "2022-02-02T02:02:02.000Z",
    tags: ["hash-secret"],
    authors: ["ben", "cyd"],
  },
  i: {
    slug: "india",
    title: "snakeXcase at 50 percent",
    publishedAt: "2022-03-03T03:03:03.000Z",
    tags: ["hash-secret", "news"],
    authors: ["ada"],
  },
  j: {
    slug: "2020-in-review",
    title: "2020",
    featured: true,
    publishedAt: "2023-01-01T00:00:00.000Z",
    tags: ["opinion", "news", "tech"],
    authors: ["cyd", "ada"],
  },
  k: {
    slug: "kilo",
    title: "Kilo of tomorrow",
    publishedAt: "2999-01-01T00:00:00.000Z",
    customExcerpt: "Not so short",
    tags: ["tech"],
    authors: ["cyd"],
  },
  p: {
    type: "page",
    slug: "about",
    title: "About us",
    publishedAt: "2020-01-01T00:00:00.000Z",
    tags: ["news"],
    authors: ["ada"],
  },
};

export const worldPosts: readonly WorldPost[] = Object.entries(given).map(
  ([letter, post], index) => ({ ...ordinary, ...post, letter, id: idOf("abcd", index + 1) }),
);

export const worldTags: readonly WorldTag[] = (
  [
    ["news", "News", "What is new", "2015-01-01"],
    ["tech", "Tech_Talk", null, "2015-01-02"],
    ["opinion", "Opinion 50%", "What we think", "2015-06-21"],
    ["hash-secret", "#secret", null, "2015-06-22"],
    ["lonely", "Lonely", null, "2016-01-01"],
  ] as const
).map(([slug, name, description, day], index) => {
  const createdAt = `${day}T00:00:00.000Z`;
  return { id: idOf("dddd", index + 1), slug, name, description, createdAt };
});

export const worldAuthors: readonly WorldAuthor[] = (
  [
    ["ada", "Ada Lovelace", "Counts"],
    ["ben", "Ben O'Hara", null],
    ["cyd", "Cyd (guest)", "Visits"],
  ] as const
).map(([slug, name, bio], index) => ({ id: idOf("eeee", index + 1), slug, name, bio }));

/** The id that Ghost's clients know something by. */
export const ghostIdOf = (of: { readonly id: string }): string =>
  of.id.replaceAll("-", "").slice(0, 24);
