import { ghostIdOf, worldAuthors, type WorldPost, worldPosts, worldTags } from "./world";

/** A filter as a tree that is neither the parser's nor the compiler's. */
export type Tree =
  | { readonly all: readonly Tree[] }
  | { readonly any: readonly Tree[] }
  | { readonly key: string; readonly op: Op; readonly values: readonly Scalar[] };

export type Op =
  | "is"
  | "isNot"
  | "above"
  | "from"
  | "below"
  | "to"
  | "among"
  | "notAmong"
  | "has"
  | "begins"
  | "ends"
  | "hasNot"
  | "beginsNot"
  | "endsNot";

export type Scalar = string | boolean | null;

type Leaf = Extract<Tree, { readonly key: string }>;
type Facts = Readonly<Record<string, Scalar | number>>;

const prefixes: Readonly<Record<Op, string>> = {
  is: "",
  isNot: "-",
  above: ">",
  from: ">=",
  below: "<",
  to: "<=",
  among: "",
  notAmong: "-",
  has: "~",
  begins: "~^",
  ends: "~$",
  hasNot: "-~",
  beginsNot: "-~^",
  endsNot: "-~$",
};

const quote = (value: Scalar): string =>
  typeof value === "string" ? `'${value.replaceAll(/['"]/gu, String.raw`\$&`)}'` : String(value);

/** The tree in NQL. */
export function write(tree: Tree): string {
  if ("key" in tree) {
    const values = tree.values.map(quote).join(",");
    const isList = tree.op === "among" || tree.op === "notAmong";
    return `${tree.key}:${prefixes[tree.op]}${isList ? `[${values}]` : values}`;
  }
  const [members, sign] = "all" in tree ? [tree.all, "+"] : [tree.any, ","];
  return members.map((one) => ("key" in one ? write(one) : `(${write(one)})`)).join(sign);
}

/** The letters of the posts that a filter keeps, found without a database. */
export const keptBy = (tree: Tree): string =>
  worldPosts
    .filter((post) => post.type === "post" && isKept(tree, post))
    .map(({ letter }) => letter)
    .toSorted()
    .join("");

const tagFacts = new Map<string, Facts>(
  worldTags.map((tag) => {
    const { slug, name, description, createdAt } = tag;
    const visibility = name.startsWith("#") ? "internal" : "public";
    const id = ghostIdOf(tag);
    return [slug, { slug, name, description, id, visibility, created_at: createdAt }];
  }),
);
const authorFacts = new Map<string, Facts>(
  worldAuthors.map((author) => {
    const { slug, name, bio } = author;
    return [slug, { slug, name, bio, id: ghostIdOf(author), visibility: "public" }];
  }),
);

const ranked = (slugs: readonly string[], facts: ReadonlyMap<string, Facts>): Facts[] =>
  slugs.map((slug, rank) => ({ ...facts.get(slug), rank }));

const severalOf = (post: WorldPost, name: string): Facts[] =>
  name === "tags" ? ranked(post.tags, tagFacts) : ranked(post.authors, authorFacts);

const factsOf = (post: WorldPost): Facts => ({
  id: ghostIdOf(post),
  slug: post.slug,
  title: post.title,
  featured: post.featured,
  visibility: post.visibility,
  published_at: post.publishedAt,
  feature_image: post.featureImage,
  custom_excerpt: post.customExcerpt,
  meta_title: post.metaTitle,
  og_title: post.ogTitle,
});

const names: Readonly<Record<string, readonly [string, string]>> = {
  tag: ["tags", "slug"],
  tags: ["tags", "slug"],
  author: ["authors", "slug"],
  authors: ["authors", "slug"],
};

function placeOf(key: string): readonly [string, string] | undefined {
  const [table = "", column] = key.split(".");
  return names[key] ?? (column === undefined ? undefined : [table, column]);
}

function isKept(tree: Tree, post: WorldPost): boolean {
  if ("any" in tree) return tree.any.some((one) => isKept(one, post));
  const members = "all" in tree ? tree.all : [tree];
  const several = new Map<string, Leaf[]>();
  for (const member of members) {
    if (!("key" in member)) {
      if (!isKept(member, post)) return false;
      continue;
    }
    const place = placeOf(member.key);
    if (place) several.set(place[0], [...(several.get(place[0]) ?? []), member]);
    else if (!isTrueOf(member, post)) return false;
  }
  return [...several].every(([name, leaves]) => areMetBy(leaves, severalOf(post, name)));
}

function isTrueOf(leaf: Leaf, post: WorldPost): boolean {
  const [, first] = /^primary_(tag|author)$/u.exec(leaf.key) ?? [];
  if (first === undefined) {
    const isMissing = leaf.key === "meta_title" || leaf.key === "og_title";
    return holds(factsOf(post)[leaf.key] ?? null, leaf, isMissing);
  }
  // A first one that everybody may see, and of which the rest is true.
  const [primary] = severalOf(post, `${first}s`);
  if (primary?.["visibility"] !== "public") return false;
  const denied = positive(leaf);
  const held = primary["slug"] ?? null;
  return denied ? !holds(held, denied, false) : holds(held, leaf, false);
}

/** What a denial denies; undefined for what denies nothing. */
function positive(leaf: Leaf): Leaf | undefined {
  if (leaf.op === "notAmong") return { ...leaf, op: "among" };
  if (leaf.op !== "isNot") return undefined;
  return leaf.values[0] === null ? leaf : { ...leaf, op: "is" };
}

const isRange = ({ op }: Leaf): boolean => ["above", "from", "below", "to"].includes(op);

function areMetBy(leaves: readonly Leaf[], rows: readonly Facts[]): boolean {
  const isMet = (leaf: Leaf, row: Facts): boolean =>
    holds(row[placeOf(leaf.key)?.[1] ?? ""] ?? null, leaf, false);
  const same: Leaf[] = [];
  for (const leaf of leaves) {
    const denied = positive(leaf);
    if (denied) {
      if (rows.some((row) => isMet(denied, row))) return false;
    } else if (
      same.some(
        (other) =>
          placeOf(other.key)?.[1] === placeOf(leaf.key)?.[1] && !(isRange(other) && isRange(leaf)),
      )
    ) {
      if (!rows.some((row) => isMet(leaf, row))) return false;
    } else same.push(leaf);
  }
  return same.length === 0 || rows.some((row) => same.every((leaf) => isMet(leaf, row)));
}

/** Moments as whole seconds, so that they can be told apart by `<`. */
const comparable = (value: Scalar | number): string | boolean | null | number =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT/u.test(value)
    ? `${value.slice(0, 19)}.000Z`
    : value;

function holds(held: Scalar | number, { op, values }: Leaf, isMissing: boolean): boolean {
  const have = comparable(held);
  const given = values.map(comparable);
  const [value = null] = given;
  if (op === "among") return given.some((one) => one !== null && one === have);
  if (op === "notAmong") {
    if (isMissing) return !given.some((one) => one !== null && one === have);
    return have !== null && !given.includes(null) && !given.includes(have);
  }
  if (op === "isNot") {
    return value === null ? have !== null : (isMissing || have !== null) && have !== value;
  }
  if (op.startsWith("has") || op.startsWith("begins") || op.startsWith("ends")) {
    return have !== null && isFound(String(have), op, String(value)) !== op.endsWith("Not");
  }
  if (value === null) return have === null;
  if (have === null) return false;
  if (op === "is") return have === value;
  if (op === "above") return have > value;
  if (op === "from") return have >= value;
  return op === "below" ? have < value : have <= value;
}

function isFound(held: string, op: Op, sought: string): boolean {
  const [within, text] = [held.toLowerCase(), sought.toLowerCase()];
  if (op.startsWith("begins")) return within.startsWith(text);
  return op.startsWith("ends") ? within.endsWith(text) : within.includes(text);
}
