import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { givenPublishableKey, givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, send, type Sent } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
const editor = await givenUser({ role: "editor" });
const { headers } = editor;

const search = (q: string, others: Record<string, string> = {}): Promise<Sent> =>
  send("GET", `/v1/search?${new URLSearchParams({ q, ...others }).toString()}`);

const suggest = (q: string, others: Record<string, string> = {}): Promise<Sent> =>
  send("GET", `/v1/search/suggest?${new URLSearchParams({ q, ...others }).toString()}`);

const titlesIn = ({ body }: Sent): string[] =>
  body.data.map(({ title }: { title: string }) => title);

/** A word that stands nowhere else. */
const newWord = (): string =>
  `w${crypto
    .randomUUID()
    .replaceAll("-", "")
    .replaceAll(/\d/gu, (digit) => "ghijklmnop"[Number(digit)] ?? "")}`;

const published = (title: string, fields: Record<string, unknown> = {}): Promise<Sent> =>
  givenPost(editor, { title, content: "Nothing in particular.", status: "published", ...fields });

const change = async (post: Sent, fields: Record<string, unknown>): Promise<Sent> => {
  const now = await send("GET", `/v1/posts/${post.body.id}`, { headers });
  return send("PATCH", `/v1/posts/${post.body.id}`, {
    headers: { ...headers, "if-match": now.etag },
    body: fields,
  });
};

const act = async (post: Sent, action: string, method = "POST"): Promise<Sent> => {
  const trashed = await send("GET", `/v1/posts?status=trashed&limit=100`, { headers });
  const listed = trashed.body.data.find(({ id }: { id: string }) => id === post.body.id);
  const now = await send("GET", `/v1/posts/${post.body.id}`, { headers });
  const version = listed?.version ?? now.body.version;
  return send(method, `/v1/posts/${post.body.id}${action}`, {
    headers: { ...headers, "if-match": `"v${version}"` },
  });
};

describe("a search", () => {
  it("finds words of title, excerpt, text, tags and authors, best first", async () => {
    const word = newWord();
    const author = await givenUser({ role: "author", name: `Ada ${word}` });
    await published("In the text", { content: `Once, **${word}** stood here among other words.` });
    await published("In the excerpt", { excerpt: `About ${word}.` });
    await published("In the byline", { authors: [author.id] });
    await published("In a tag", { tags: [`On ${word}`] });
    await published(`A title with ${word}`);
    const found = await search(word);
    expect(found.status).toBe(200);
    const titles = titlesIn(found);
    expect(titles[0]).toBe(`A title with ${word}`);
    expect(titles.at(-1)).toBe("In the text");
    expect(titles.toSorted()).toEqual(
      [
        "In the text",
        "In the excerpt",
        "In the byline",
        "In a tag",
        `A title with ${word}`,
      ].toSorted(),
    );
    expect(found.body).toMatchObject({ match: "words", total: 5, next_cursor: null });
    const scores = found.body.data.map(({ score }: { score: number }) => score);
    expect(scores).toEqual(scores.toSorted((one: number, other: number) => other - one));
  });

  it("wants every word, in any order and any field", async () => {
    const [one, two] = [newWord(), newWord()];
    await published(`Both ${one}`, { content: `Then ${two}.` });
    await published(`Only ${one}`);
    expect(titlesIn(await search(`${two} ${one}`))).toEqual([`Both ${one}`]);
  });

  it("leaves a last letter out when nothing has it, and it is neither ended nor quoted", async () => {
    const word = newWord();
    const post = await published(`Vitamin ${word}`);
    const other = await published(`Vitamin C ${word}`);
    const idsOf = async (q: string): Promise<Set<string>> =>
      new Set((await search(q)).body.data.map(({ id }: { id: string }) => id));
    for (const q of [`${word} v`, `${word} 7`, `${word} Ｖ`, `${word}.v`]) {
      expect((await search(q)).body.match).toBe("similar");
      expect(await idsOf(q)).toEqual(new Set([other.body.id, post.body.id]));
    }
    for (const end of ["c", "Ｃ", "c ", '"c"']) {
      expect(await idsOf(`${word} ${end}`)).toEqual(new Set([other.body.id]));
    }
    for (const q of [`${word} 7 `, `${word} "7"`, `7 ${word}`]) {
      expect(await idsOf(q)).toEqual(new Set());
    }
  });

  it("wants the words of a phrase to stand together", async () => {
    const word = newWord();
    await published(`Quick brown ${word}`);
    await published(`Brown quick ${word}`);
    expect(titlesIn(await search(`"quick brown ${word}"`))).toEqual([`Quick brown ${word}`]);
    expect(titlesIn(await search(`"quick brown" ${word}`))).toEqual([`Quick brown ${word}`]);
  });

  it("leaves out what has an excluded word, phrase, tag or author", async () => {
    const word = newWord();
    const author = await givenUser({ role: "author", name: `Grace ${newWord()}` });
    await published(`Kept ${word}`);
    await published(`With a word ${word}`, { content: "It is unwelcome." });
    await published(`With a phrase ${word}`, { content: "A very bad idea." });
    await published(`With a tag ${word}`, { tags: ["Tedium"] });
    await published(`With an author ${word}`, { authors: [author.id] });
    const found = await search(`${word} -unwelcome -"bad idea" -tedium -"${author.name}"`);
    expect(titlesIn(found)).toEqual([`Kept ${word}`]);
  });

  it("takes the last word as begun unless a space ends it", async () => {
    const word = newWord();
    await published(`Title ${word}`);
    expect(titlesIn(await search(`title ${word.slice(0, -2)}`))).toHaveLength(1);
    const ended = await search(`${word.slice(0, 8)} title`);
    expect(ended.body).toMatchObject({ match: "similar" });
  });

  it.each([
    ["crème brûlée", "creme brulee"],
    ["creme brulee", "CRÈME brûlée"],
    ["Straße nach Łódź", "strasse lodz"],
    ["Ένα γράμμα", "ενα γραμμα"],
    ["cafe\u0301 au lait", "café"],
    ["Ёлка зимой", "елка"],
    ["ＦＵＬＬ width", "full width"],
    ["Node.js v18.4.0", "node.js v18.4"],
    ["state-of-the-art", "state of the art"],
    ["snake_case_name", "case name"],
    ["mail@example.test", "example test"],
    ["https://a.example/path/file.html", "path file"],
    ["C++ and <b>tags</b> & more", '"tags b more"'],
  ])("finds %j by %j: accents, case and signs make no difference", async (text, q) => {
    const word = newWord();
    const post = await published(`${text} ${word}`);
    const found = await search(`${q} ${word}`);
    expect(found.body.data.map(({ id }: { id: string }) => id)).toEqual([post.body.id]);
    expect(found.body.match).toBe("words");
  });

  it("says what HTML says, tags and entities resolved", async () => {
    const word = newWord();
    await published("Markup", { content: `un<em>believ</em>able ${word}\n\n<p>left</p><p>right</p> \`a < b && c\`` }); // prettier-ignore
    expect(titlesIn(await search(`unbelievable ${word}`))).toEqual(["Markup"]);
    expect(titlesIn(await search(`"left right" ${word}`))).toEqual(["Markup"]);
    expect((await search(`em ${word} `)).body.data).toEqual([]);
    expect((await search(`amp ${word} `)).body.data).toEqual([]);
  });

  it("forgives typos in titles, tags and names when nothing has the words", async () => {
    const author = await givenUser({ role: "author", name: "Marguerite Yourcenar" });
    const found = await published("Deploying Kubernetes at home");
    const tagged = await published("Pots and pans", { tags: ["Gastronomy"] });
    const signed = await published("Memoirs", { authors: [author.id] });
    const byTypo = await search("kuberntes deplyoing");
    expect(byTypo.body.match).toBe("similar");
    expect(byTypo.body.data.map(({ id }: { id: string }) => id)).toEqual([found.body.id]);
    expect((await search("gastronmy")).body.data[0]?.id).toBe(tagged.body.id);
    expect((await search("yourcener")).body.data[0]?.id).toBe(signed.body.id);
    expect((await search("kuberntes", { type: "page" })).body.data).toEqual([]);
    expect((await search("kuberntes -home")).body.data).toEqual([]);
  });

  it.each([
    ["東京都の天気", "東京"],
    ["東京都の天気", "京都の"],
    ["東京都の天気", "天"],
    ["東京都の天気", "気"],
    ["東京都の天気", '"東京都"'],
    ["カタカナの本", "ｶﾀｶﾅ"],
    ["ひらがな練習", "がな"],
    ["北京欢迎你", "欢迎"],
    ["한국어 검색은 어렵다", "국어"],
    ["한국어 검색은 어렵다", "검색"],
    ["𠮷野家で食べる", "𠮷野"],
    ["Node東京支部", "node 東京"],
    ["ภาษาไทยง่าย", "ไทย"],
  ])("finds %s by %s, in titles and in texts", async (text, q) => {
    const [inTitle, inText] = [newWord(), newWord()];
    const title = await published(`${text} ${inTitle}`);
    const content = await published("Title", { content: `${text} ${inText}` });
    const byTitle = await search(`${q} ${inTitle}`);
    expect(byTitle.body.data.map(({ id }: { id: string }) => id)).toEqual([title.body.id]);
    expect(byTitle.body.match).toBe("words");
    const byText = await search(`${q} ${inText}`);
    expect(byText.body.data.map(({ id }: { id: string }) => id)).toEqual([content.body.id]);
    expect(byText.body.data[0]?.highlights.text).toContain("<mark>");
  });

  it("does not find characters that do not stand together", async () => {
    const word = newWord();
    await published(`東の京 ${word}`);
    expect((await search(`東京 ${word}`)).body.data).toEqual([]);
  });
});

describe("what is shown of a hit", () => {
  it("is the text around what was found, as HTML that is safe", async () => {
    const word = newWord();
    const far = "Far away stood something else. ".repeat(40);
    await published(`<script>alert("${word}")</script>`, {
      content: `${far}\n\n\`<img src=x onerror=alert(1)> ${word} & 'so' on\`\n\n${far}`,
      excerpt: "<b>bold</b>",
    });
    const { body } = await search(word);
    const [{ highlights, excerpt }] = body.data;
    expect(highlights.title).toBe(
      `&lt;script&gt;alert(&quot;<mark>${word}</mark>&quot;)&lt;/script&gt;`,
    );
    expect(highlights.text).toContain(
      `&lt;img src=x onerror=alert(1)&gt; <mark>${word}</mark> &amp; &#39;so&#39; on`,
    );
    expect(highlights.text.startsWith("…")).toBe(true);
    expect(highlights.text.endsWith("…")).toBe(true);
    expect(highlights.text.length).toBeLessThan(600);
    expect(excerpt).toBe("<b>bold</b>");
  });

  it("is the excerpt when the text itself has nothing of it", async () => {
    const word = newWord();
    await published(`Title ${word}`, { excerpt: "Written by hand." });
    expect((await search(word)).body.data[0]?.highlights.text).toBe("Written by hand.");
  });

  it("has what a list needs, and nothing more", async () => {
    const word = newWord();
    const post = await published(word, { tags: ["News"] });
    const [hit] = (await search(word)).body.data;
    expect(hit).toMatchObject({
      id: post.body.id,
      slug: post.body.slug,
      type: "post",
      visibility: "public",
      published_at: post.body.published_at,
      authors: [{ id: editor.id, slug: editor.slug, name: editor.name }],
      tags: [{ slug: "news", name: "News" }],
    });
    expect(hit).not.toHaveProperty("content");
    expect(hit).not.toHaveProperty("html");
  });
});

describe("what is shown of a hit that only has something like the words", () => {
  const far = "Far away stood something else. ".repeat(40);

  it("is the text around what was found, which is marked", async () => {
    await published("Yellowstone permafrost", { excerpt: "Permafrost.", content: `${far}\n\nOnly permafrost fixes here.\n\n${far}` }); // prettier-ignore
    const { body, roundTrips } = await search("permafrst");
    expect(body.match).toBe("similar");
    expect(roundTrips).toBe(1);
    const [{ highlights }] = body.data;
    expect(highlights.title).toBe("Yellowstone <mark>permafrost</mark>");
    expect(highlights.text).toContain("Only <mark>permafrost</mark> fixes here.");
  });

  it("is marked where the words themselves stand as well, whatever else was like a name", async () => {
    const word = newWord();
    const author = await givenUser({ role: "author", name: "Wisława Szymborska" });
    await published("Poems", { authors: [author.id], content: `${far}\n\nThe (${word}) 東京 of it.\n\n${far}` }); // prettier-ignore
    const { body } = await search(`szymborskka 東京 ${word}`);
    expect(body.match).toBe("similar");
    expect(body.data[0]?.highlights.text).toContain(
      `The (<mark>${word}</mark>) <mark>東京</mark> of it.`,
    );
  });
});

describe("facets, filters and pages", () => {
  const word = newWord();
  beforeAll(async () => {
    for (let number = 1; number <= 7; number += 1) {
      const post = await published(`Number ${number} ${word}`, {
        tags: number <= 4 ? ["Even more", "Few"] : ["Even more"],
        type: number === 7 ? "page" : "post",
      });
      await db.execute(sql`update posts set published_at = ${`${2018 + (number % 3)}-06-01`}::timestamptz
        where id = ${post.body.id}::uuid`);
    }
  });

  it("count all hits by tag and by year", async () => {
    const { body } = await search(word, { limit: "2" });
    expect(body.total).toBe(7);
    expect(body.facets.tags).toMatchObject([
      { slug: "even-more", name: "Even more", count: 7 },
      { slug: "few", name: "Few", count: 4 },
    ]);
    expect(body.facets.years).toEqual([
      { year: 2020, count: 2 },
      { year: 2019, count: 3 },
      { year: 2018, count: 2 },
    ]);
  });

  it("have no internal tags, though one may be asked for by its slug", async () => {
    const name = newWord();
    const post = await published(`Title ${name}`, { tags: ["#secret series", "Open"] });
    const { body } = await search(name);
    expect(body.facets.tags).toMatchObject([{ name: "Open", count: 1 }]);
    const [{ slug }] = post.body.tags;
    expect((await search(name, { tag: slug })).body.total).toBe(1);
    const listed = await send("GET", `/v1/posts?tag=${slug}`);
    expect(body.data[0].tags).toEqual(listed.body.data[0].tags);
  });

  it("say that all was counted when it was", async () => {
    expect((await search(word)).body.is_capped).toBe(false);
    expect((await search(`"number 1 ${word}"`)).body.is_capped).toBe(false);
    expect((await search(newWord())).body.is_capped).toBe(false);
  });

  it("narrow it down by tag, year and type", async () => {
    expect((await search(word, { tag: "few" })).body.total).toBe(4);
    expect((await search(word, { tag: "nothing" })).body.total).toBe(0);
    expect((await search(word, { year: "2019" })).body.total).toBe(3);
    expect((await search(word, { type: "page" })).body).toMatchObject({ total: 1, data: [{ type: "page" }] }); // prettier-ignore
    expect((await search(word, { type: "post", year: "2019", tag: "few" })).body.total).toBe(2);
  });

  it("go through all hits, each once, to the end", async () => {
    const seen: string[] = [];
    let found = await search(word, { limit: "3" });
    for (;;) {
      seen.push(...titlesIn(found));
      expect(found.body.total).toBe(7);
      const next = found.body.next_cursor;
      if (next === null) break;
      expect(found.headers.get("link")).toContain('rel="next"');
      found = await search(word, { limit: "3", cursor: next });
      expect(found.roundTrips).toBe(1);
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toEqual(titlesIn(await search(word)));
  });

  it("refuse the cursor of another search", async () => {
    const { body } = await search(word, { limit: "2" });
    const other = await search(`${word} number`, { cursor: body.next_cursor });
    expect(codeOf(other)).toBe(40001);
  });
});

describe("the index knows of every change", () => {
  const isFound = async (q: string): Promise<boolean> => (await search(q)).body.data.length > 0;

  it("finds nothing that is no longer, or not yet, or not again published", async () => {
    const word = newWord();
    const post = await givenPost(editor, { title: word, content: word });
    expect(await isFound(word)).toBe(false);
    expect((await act(post, "/publish")).status).toBe(200);
    expect(await isFound(word)).toBe(true);
    expect((await act(post, "/unpublish")).status).toBe(200);
    expect(await isFound(word)).toBe(false);
    expect((await act(post, "/publish")).status).toBe(200);
    expect((await act(post, "", "DELETE")).status).toBe(204);
    expect(await isFound(word)).toBe(false);
    expect((await act(post, "/restore")).status).toBe(200);
    expect(await isFound(word)).toBe(true);
  });

  it("says nothing of drafts to anybody, in suggestions neither", async () => {
    const word = newWord();
    const author = await givenUser({ role: "author", name: `Shy ${word}` });
    await givenPost(editor, {
      title: word,
      content: word,
      tags: [`T${word}`],
      authors: [author.id],
    });
    const key = await givenPublishableKey(editor);
    for (const asking of [headers, key.headers, {}]) {
      for (const path of ["/v1/search", "/v1/search/suggest"]) {
        const answer = await send("GET", `${path}?q=${word}`, { headers: asking });
        expect(answer.status).toBe(200);
        expect(answer.body.data).toEqual([]);
      }
      expect((await send("GET", `/v1/search/suggest?q=t${word}`)).body.data).toEqual([]);
    }
  });

  it("finds the new words of a post and forgets the old ones", async () => {
    const [old, fresh] = [newWord(), newWord()];
    const post = await published(old, { content: old });
    expect((await change(post, { title: fresh, content: fresh })).status).toBe(200);
    expect(await isFound(fresh)).toBe(true);
    expect(await isFound(old)).toBe(false);
  });

  it("finds posts under the new name of a tag or an author, and not under the old", async () => {
    const [oldTag, newTag, oldName, newName] = [newWord(), newWord(), newWord(), newWord()];
    const owner = await givenUser({ role: "owner" });
    const author = await givenUser({ role: "author", name: `Ada ${oldName}` });
    const post = await published("Renamed around", { tags: [oldTag], authors: [author.id] });
    const [tag] = post.body.tags;
    expect(await isFound(oldTag)).toBe(true);
    expect(await isFound(`ada ${oldName}`)).toBe(true);
    const asOwner = { ...owner.headers, "if-match": '"v1"' };
    const renamed = await send("PATCH", `/v1/tags/${tag.id}`, { headers: asOwner, body: { name: newTag } }); // prettier-ignore
    expect(renamed.status).toBe(200);
    const named = await send("PATCH", `/v1/users/${author.id}`, { headers: asOwner, body: { name: `Ada ${newName}` } }); // prettier-ignore
    expect(named.status).toBe(200);
    expect(await isFound(newTag)).toBe(true);
    expect(await isFound(`ada ${newName}`)).toBe(true);
    expect(await isFound(oldTag)).toBe(false);
    expect(await isFound(`ada ${oldName}`)).toBe(false);
  });

  it("follows tags that are given, taken and deleted", async () => {
    const [first, second] = [newWord(), newWord()];
    const post = await published("Tagged anew", { tags: [first] });
    const changed = await change(post, { tags: [second] });
    expect(await isFound(first)).toBe(false);
    const { data, facets } = (await search(second)).body;
    expect([data[0].id, facets.tags]).toEqual([
      post.body.id,
      [{ ...changed.body.tags[0], count: 1 }],
    ]);
    const deleted = await send("DELETE", `/v1/tags/${changed.body.tags[0].id}`, {
      headers: { ...headers, "if-match": '"v1"' },
    });
    expect(deleted.status).toBe(204);
    expect(await isFound(second)).toBe(false);
    expect((await search(second, { tag: second })).body.total).toBe(0);
  });

  it("has of what is for members only what its author wrote for everybody", async () => {
    const [title, secret, lead] = [newWord(), newWord(), newWord()];
    for (const visibility of ["members", "paid"]) {
      await published(`${visibility} ${title}`, { visibility, content: secret });
      await published(`${visibility} ${title}`, { visibility, content: secret, excerpt: lead });
    }
    expect((await search(title)).body.total).toBe(4);
    expect((await search(lead)).body.total).toBe(2);
    expect((await search(secret)).body.total).toBe(0);
    expect((await search(title)).text).not.toContain(secret);
    const open = await published("For all", { content: secret });
    expect((await search(secret)).body.total).toBe(1);
    await change(open, { visibility: "members" });
    expect((await search(secret)).body.total).toBe(0);
  });

  it("takes the longest of texts, of any script", async () => {
    const word = newWord();
    const distinct = (from: number, size: number) =>
      Array.from({ length: size }, (_, index) =>
        String.fromCodePoint(from + (index % 20_000)),
      ).join("");
    for (const content of [
      `${word} ${distinct(0x4e_00, 333_000)}`,
      `${word} ${distinct(0x2_00_00, 160_000)}`,
      `${word} ${Array.from({ length: 150_000 }, (_, index) => index.toString(36)).join(" ")}`,
      `${word} ${"x".repeat(900_000)}`,
    ]) {
      await published("Long", { content });
    }
    expect((await search(word)).body.total).toBe(4);
  });
});

describe("suggestions", () => {
  it("are tags, authors and posts whose names have what is typed", async () => {
    const word = newWord();
    const author = await givenUser({ role: "author", name: `Zoë ${word}` });
    const post = await published(`Title of ${word}`, {
      tags: [`About ${word}`],
      authors: [author.id],
    });
    const page = await published(`Page of ${word}`, { type: "page" });
    const answer = await suggest(word.slice(0, -3));
    expect(answer.roundTrips).toBe(1);
    expect(answer.body.data.map(({ type }: { type: string }) => type)).toEqual(["tag", "author", "page", "post"]); // prettier-ignore
    expect(answer.body.data).toMatchObject([
      { name: `About ${word}`, highlight: `About <mark>${word}</mark>` },
      { id: author.id, slug: author.slug },
      { id: page.body.id },
      { id: post.body.id, slug: post.body.slug, name: `Title of ${word}` },
    ]);
    for (const typed of ["zoe", "zoe w", "zoe x", `zoe ${word}`]) {
      expect((await suggest(typed)).body.data).toMatchObject([{ name: `Zoë ${word}` }]);
    }
    expect((await suggest("zoe w ")).body.data).toEqual([]);
    expect((await suggest('"zoe w"')).body.data).toEqual([]);
    expect((await suggest(word, { limit: "2" })).body.data).toHaveLength(2);
  });

  it("know nothing of internal tags", async () => {
    const word = newWord();
    await published("Title", { tags: [`#${word}`, `Open ${word}`] });
    expect((await suggest(word)).body.data).toMatchObject([{ name: `Open ${word}` }]);
    expect((await suggest(`#${word}`)).body.data).toMatchObject([{ name: `Open ${word}` }]);
  });

  it("are not made of texts", async () => {
    const word = newWord();
    await published("Title", { content: word, excerpt: word });
    expect((await suggest(word)).body.data).toEqual([]);
  });
});

describe("a search for nothing", () => {
  const thirteen = Array.from({ length: 13 }, (_, index) => `word${index}`).join(" ");

  it.each([
    ["no word at all", "++ ;-)"],
    ["a sign", "&"],
    ["a picture", "🚀"],
    ["spaces", "  "],
    ["only what is excluded", '-one -"two three"'],
    ["an option of a command", "--inspect"],
  ])("finds nothing, and the database is not asked: %s", async (_name, q) => {
    const found = await search(q, { tag: "news", limit: "1" });
    expect(found.status).toBe(200);
    expect(found.body).toEqual({
      data: [],
      next_cursor: null,
      match: "similar",
      total: 0,
      is_capped: false,
      facets: { tags: [], years: [] },
    });
    expect(found.roundTrips || 0).toBe(0);
    const suggested = await suggest(q);
    expect([suggested.status, suggested.body]).toEqual([200, { data: [] }]);
    expect(suggested.roundTrips || 0).toBe(0);
  });

  it("still asks who it is that has credentials", async () => {
    const path = `/v1/search?q=${encodeURIComponent("🚀")}`;
    const known = await send("GET", path, { headers });
    expect([known.status, known.roundTrips]).toEqual([200, 1]);
    const unknown = await send("GET", path, { headers: { authorization: "Bearer nobody" } });
    expect(unknown.status).toBe(401);
  });

  it.each([
    ["more than it may", thirteen],
    ["more that is excluded than it may", `one ${thirteen.replaceAll("word", "-word")}`],
    ["nothing but too much that is excluded", thirteen.replaceAll("word", "-word")],
  ])("is refused before the database is asked: %s", async (_name, q) => {
    for (const answer of [await search(q), await suggest(q)]) {
      expect(codeOf(answer)).toBe(42_200);
      expect(answer.body.errors).toMatchObject([{ pointer: "q", code: "too_many_terms" }]);
      expect(answer.roundTrips || 0).toBe(0);
    }
  });

  it("is refused when it is empty or missing", async () => {
    for (const path of ["/v1/search", "/v1/search/suggest"]) {
      expect(codeOf(await send("GET", path))).toBe(42_200);
      expect(codeOf(await send("GET", `${path}?q=`))).toBe(42_200);
    }
  });

  it("is whatever is too long", async () => {
    const answer = await search("a".repeat(10_240));
    expect(codeOf(answer)).toBe(42_200);
    expect(answer.body.errors).toMatchObject([{ pointer: "q", code: "too_big" }]);
  });
});

describe("the statement", () => {
  const planOf = async (query: string): Promise<string> => {
    // As the functions of the search have it.
    const [, { rows }] = await db.batch([
      db.execute(sql`set local enable_seqscan = off`),
      db.execute<{ "QUERY PLAN": string }>(sql.raw(`explain ${query}`)),
    ]);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  };

  it("finds rare words by the index of words, and what misspelt ones may mean by that of the vocabulary", async () => {
    await db.execute(sql`insert into posts (id, slug, title, content, html, excerpt, word_count, reading_time, status, published_at)
      select gen_random_uuid(), 'bulk-' || n, 'Bulk ' || n, '', '<p>zebra number ' || n || '</p>', 'Number ' || n, 3, 1, 'published', now()
      from generate_series(1, 3000) as n`);
    await db.execute(sql`select gin_clean_pending_list(index) from unnest(array[
      'post_search_words_index', 'post_search_title_words_index']::regclass[]) as index`);
    await db.execute(sql`analyze post_search`);
    await db.execute(
      sql`insert into search_vocabulary (word) select md5(n::text) from generate_series(1, 3000) as n`,
    );
    await db.execute(sql`select gin_clean_pending_list('search_vocabulary_similar_index')`);
    await db.execute(sql`analyze search_vocabulary`);
    expect(
      await planOf(`select post_id from post_search where words @@ search_term('1234', false)
      order by published_at desc, post_id desc limit 1000`),
    ).toContain("post_search_words_index");
    expect(await planOf("select word from search_vocabulary where word % 'bulkk'")).toContain(
      "search_vocabulary_similar_index",
    );
    expect(
      await planOf(`select post_id from post_search where title_words @@ search_term('123', true)
      order by published_at desc, post_id desc limit 8`),
    ).toContain("post_search_title_words_index");
    const { body } = await search("number 1234");
    expect(body.data[0]).toMatchObject({ title: "Bulk 1234" });
    const capped = { total: 800, is_capped: true };
    expect((await search("bulk")).body).toMatchObject(capped);
    expect((await search("bulkk")).body).toMatchObject({ match: "similar", ...capped });
    expect((await search('"bulk 1234"')).body).toMatchObject({ total: 1, is_capped: false });
    expect((await search('"zebra number 1234"')).body).toMatchObject({
      total: 1,
      is_capped: false,
    });
  });

  it("finds an old title behind many newer texts, but not behind titles", async () => {
    const old = await published("Zebra of old");
    await db.execute(sql`update posts set published_at = '2001-01-01' where id = ${old.body.id}`);
    const { body: found } = await search("zebra");
    expect([found.total, found.data[0].id]).toEqual([801, old.body.id]);
    for (let count = 0; count < 10; count += 1) await published("A zebra");
    const { body } = await search("zebra");
    expect([body.total, body.data[0].title]).toEqual([800, "A zebra"]);
    expect((await search('"zebra of"')).body.data[0].id).toBe(old.body.id);
  });

  it("says that a phrase was not looked for in every post with its words, when it was not", async () => {
    await db.execute(sql`insert into posts (id, slug, title, content, html, excerpt, word_count, reading_time, status, published_at)
      select gen_random_uuid(), 'flock-' || n, 'Flock ' || n, '', '<p>sheep white ' || n || '</p>', 'Number ' || n, 3, 1, 'published', now()
      from generate_series(1, 3001) as n`);
    await published("Flock", { content: "Of white sheep." });
    const old = await published("Flock of old", { content: "Of white sheep." });
    await db.execute(sql`update posts set published_at = '2001-01-01' where id = ${old.body.id}`);
    const { body } = await search('"white sheep"');
    expect(body).toMatchObject({ match: "words", total: 1, is_capped: true });
    const narrowed = await search('"white sheep"', { year: "2001" });
    expect(narrowed.body).toMatchObject({ total: 1, is_capped: false });
    expect((await search('"white sheep" 1234')).body.is_capped).toBe(false);
  });
});
