import { describe, expect, it } from "vitest";

import { readAddress } from "#api/edge/addresses";
import { publicRoutes } from "#api/edge/routes";
import { seeded } from "#test/support/jobs";
import { ORIGIN } from "#test/support/requests";

const random = seeded(Math.floor(Math.random() * 2 ** 31));
const between = (low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));
const pick = <Item>(items: readonly Item[]): Item => items[between(0, items.length - 1)] as Item;
const shuffled = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item) => ({ item, rank: random() }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ item }) => item);

const letters = [..."abcXYZ019-_.~ +&=?#/;,:@!$'()*[]<>\"ñé字🙂"];
const word = (): string => Array.from({ length: between(1, 8) }, () => pick(letters)).join("");
const name = (): string =>
  Array.from({ length: between(1, 8) }, () => pick([..."abcxyz019-_ñ字"])).join("");

/** One of the ways to write a text in an address. */
const spelt = (text: string, space: string): string =>
  [...text]
    .map((character) => {
      const safe = encodeURIComponent(character);
      if (character === " ") return space;
      if (safe !== character) return random() < 0.5 ? safe : safe.toLowerCase();
      if (random() < 0.7) return character;
      return `%${character.codePointAt(0)?.toString(16)}`;
    })
    .join("");

interface Meaning {
  readonly path: readonly string[];
  readonly query: readonly (readonly [string, string])[];
}

const meant = (): Meaning => {
  const route = pick(publicRoutes);
  return {
    path: route.path.split("/").map((segment) => (segment.startsWith(":") ? name() : segment)),
    query: route.parameters.filter(() => random() < 0.5).map((each) => [each, word()]),
  };
};

const written = ({ path, query }: Meaning): string => {
  const pairs = shuffled(query).map(
    ([each, value]) => `${spelt(each, "%20")}=${spelt(value, pick(["+", "%20"]))}`,
  );
  const extra = random() < 0.2 && pairs.length > 0 ? "&" : "";
  return `${ORIGIN}${path.map((segment) => spelt(segment, "%20")).join("/")}${pairs.length > 0 ? "?" : ""}${pairs.join("&")}${extra}`;
};

const inOrder = (pairs: Iterable<readonly [string, string]>) =>
  [...pairs].toSorted(([one], [other]) => (one < other ? -1 : 1));

describe("the normal form of an address", () => {
  it("is the same however the address is written, and means the same", () => {
    for (let round = 0; round < 2000; round += 1) {
      const meaning = meant();
      const forms = Array.from({ length: 4 }, () => readAddress(written(meaning)));
      const [first] = forms;
      if (!first) throw new Error(`not read: ${JSON.stringify(meaning)}`);
      expect(forms.map((form) => form?.url)).toEqual(forms.map(() => first.url));
      expect(readAddress(first.url)).toEqual(first);
      const url = new URL(first.url);
      expect(url.pathname.split("/").map(decodeURIComponent)).toEqual(meaning.path);
      expect(inOrder(url.searchParams)).toEqual(inOrder(meaning.query));
    }
  });

  it("is another for whatever means something else", () => {
    const seen = new Map<string, string>();
    for (let round = 0; round < 5000; round += 1) {
      const meaning = meant();
      const sorted = JSON.stringify([meaning.path, inOrder(meaning.query)]);
      const url = readAddress(written(meaning))?.url ?? "";
      expect(seen.get(url) ?? sorted).toBe(sorted);
      seen.set(url, sorted);
    }
  });

  it("leaves out what a page does not look at, and nothing else", () => {
    const feed = readAddress(`${ORIGIN}/rss.xml`)?.url;
    expect(readAddress(`${ORIGIN}/rss.xml?utm_source=x&fbclid=1`)?.url).toBe(feed);
    const month = readAddress(`${ORIGIN}/sitemap-posts.xml?month=2026-11`)?.url;
    expect(readAddress(`${ORIGIN}/sitemap-posts.xml?ref=x&month=2026-11`)?.url).toBe(month);
    expect(readAddress(`${ORIGIN}/sitemap-posts.xml`)?.url).not.toBe(month);
  });

  const ambiguous: readonly string[] = [
    "/v1/posts?limit=1&limit=2",
    "/v1/posts?limit=1&l%69mit=2",
    "/rss.xml?a=1&a=2",
    "/rss.xml?__proto__=1",
    "/rss.xml?constructor=1",
    "/v1/posts?unknown=1",
    "/v1/posts?LIMIT=1",
    "/v1/posts?limit=1;order=x&x",
    "/v1/posts?limit=%ff",
    "/v1/posts?limit=%00",
    "/v1/posts?limit=%0d%0aset-cookie:x",
    "/v1/posts?limit=1#fragment",
    "/v1/posts/",
    "/v1/posts//",
    "//v1/posts",
    "/v1//posts",
    "/v1/posts/..%2fme",
    "/v1/posts/%2e%2e",
    "/v1/posts/%2e",
    "/v1/posts/a%2fb",
    "/v1/posts/a%5cb",
    "/v1/posts/a%252fb",
    "/v1/posts/a%00b",
    "/v1/posts/%ff",
    "/v1/posts/a/b",
    "/v1/me",
    "/v1/me/x.css",
    "/v1/me%2fx.css",
    "/v1/me;x.css",
    "/v1/me/..%2fposts",
    "/V1/posts",
    "/v1/Posts",
    "/v1/posts.css",
    "/v1/posts;limit=1",
    "/v1/settings/x.css",
    "/health",
    "/",
    `/v1/posts/${"a".repeat(3000)}`,
  ];

  it.each(ambiguous)("is none of %s", (path) => {
    expect(readAddress(`${ORIGIN}${path}`)).toBeNull();
  });
});
