import { env, exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";

import { createContext } from "#core/context";
import { newId, secondsFromNow } from "#core/ids";
import { sign } from "#core/tokens";
import { previewTokenOf } from "#domain/previews";
import { subscriberTokenOf } from "#domain/subscriber-tokens";
import { auditEntries, receipts } from "#repository/models";
import { givenSecretKey, givenUser, type Person } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, ORIGIN, send, type Sent } from "#test/support/requests";

const SITE = env.SITE_URL;
const { db, settings } = createContext(env, { waitUntil: () => undefined }, "previews");
const secret = settings.APP_SECRET;
const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

/** Orders a link; answers with it as a path. */
async function givenLink(
  { headers }: Pick<Person, "headers">,
  { body }: Sent,
  wish: object = {},
): Promise<{ path: string; expiresAt: string }> {
  const answer = await send("POST", `/v1/posts/${body.id}/preview-links`, { headers, body: wish });
  if (answer.status !== 201) throw new Error(answer.text);
  return { path: answer.body.url.slice(SITE.length), expiresAt: answer.body.expires_at };
}

const pathOf = async (postId: string, seconds: number): Promise<string> =>
  `/v1/previews/${await previewTokenOf(secret, { postId, expiresAt: secondsFromNow(seconds) })}`;

/** What is the same of every answer of its kind. */
const bareOf = ({ status, body }: Sent) => ({
  status,
  problem: { ...body, instance: null, request_id: null },
});

/** What nobody may keep and no search engine may find. */
const careOf = ({ headers }: Sent) => ({
  "cache-control": headers.get("cache-control"),
  "referrer-policy": headers.get("referrer-policy"),
  "x-robots-tag": headers.get("x-robots-tag"),
  etag: headers.get("etag"),
  "cache-tag": headers.get("cache-tag"),
  link: headers.get("link"),
  "access-control-allow-origin": headers.get("access-control-allow-origin"),
});

const careful = {
  "cache-control": "private, no-store",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex, nofollow",
  etag: null,
  "cache-tag": null,
  link: null,
  "access-control-allow-origin": null,
};

describe("a preview link", () => {
  it("shows a draft to whoever holds it, as it is whenever they look", async () => {
    const author = await givenUser();
    const post = await givenPost(author, { content: "Not out *yet*." });
    const { path } = await givenLink(author, post);
    const first = await send("GET", path);
    expect(first.status).toBe(200);
    expect(first.body).toEqual(post.body);
    expect(first.roundTrips).toBe(1);
    const edited = await send("PATCH", `/v1/posts/${post.body.id}`, {
      headers: { ...author.headers, "if-match": post.etag },
      body: { content: "Other words.", slug: `renamed-${crypto.randomUUID()}` },
    });
    expect((await send("GET", path)).body).toEqual(edited.body);
  });

  it("shows what is planned and what is published, all of its text and none of its plans", async () => {
    const author = await givenUser();
    const planned = await givenPost(author, { visibility: "paid", content: "Dear text." });
    const { path } = await givenLink(author, planned);
    const publish_at = secondsFromNow(3600);
    await send("POST", `/v1/posts/${planned.body.id}/schedule`, {
      headers: { ...author.headers, "if-match": planned.etag },
      body: { publish_at },
    });
    const shown = await send("GET", path);
    expect(shown.body).toMatchObject({
      status: "scheduled",
      content: "Dear text.",
      publish_at: null,
      unpublish_at: null,
      newsletter: null,
    });
    expect(shown.text).not.toContain(publish_at);
    const published = await givenPost(author, { status: "published" });
    const link = await givenLink(author, published);
    expect((await send("GET", link.path)).body).toMatchObject({ status: "published" });
  });

  it("ends with the post, and works again when that is restored", async () => {
    const author = await givenUser();
    const post = await givenPost(author);
    const { path } = await givenLink(author, post);
    const gone = await send("DELETE", `/v1/posts/${post.body.id}`, {
      headers: { ...author.headers, "if-match": post.etag },
    });
    expect(codeOf(await send("GET", path))).toBe(40480);
    await send("POST", `/v1/posts/${post.body.id}/restore`, {
      headers: { ...author.headers, "if-match": gone.etag },
    });
    expect((await send("GET", path)).status).toBe(200);
  });

  it("works for a week, or for as long as is wished up to 30 days", async () => {
    const author = await givenUser();
    const post = await givenPost(author);
    const ask = (body?: unknown) =>
      send("POST", `/v1/posts/${post.body.id}/preview-links`, {
        headers: author.headers,
        ...(body === undefined ? {} : { body }),
      });
    const day = 24 * 3600;
    for (const [wish, seconds] of [
      [undefined, 7 * day],
      [{}, 7 * day],
      [{ expires_in: 60 }, 60],
      [{ expires_in: 30 * day }, 30 * day],
    ] as const) {
      const before = Date.now();
      const { status, body, headers } = await ask(wish);
      expect(status).toBe(201);
      const end = Date.parse(body.expires_at) - seconds * 1000;
      expect(end).toBeGreaterThanOrEqual(before);
      expect(end).toBeLessThanOrEqual(Date.now());
      expect(headers.get("location")).toBe(body.url);
    }
    const refused = await Promise.all(
      [0, -1, 59, 30 * day + 1, 1.5, "60", null].map((expires_in) => ask({ expires_in })),
    );
    expect(refused.map(codeOf)).toEqual(refused.map(() => 42200));
    expect(codeOf(await ask({ expires: 60 }))).toBe(42200);
  });

  it("needs no body: an empty one is none, with and without a type", async () => {
    const author = await givenUser();
    const { body } = await givenPost(author);
    const url = `${ORIGIN}/v1/posts/${body.id}/preview-links`;
    const ask = (headers: Record<string, string>) =>
      exports.default.fetch(url, {
        method: "POST",
        headers: { ...author.headers, ...headers },
        body: new Response("").body,
      });
    const answers = [await ask({}), await ask({ "content-type": "application/json" })];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });

  it("is refused in the same manner, however it is wrong", async () => {
    const author = await givenUser();
    const post = await givenPost(author);
    const other = await givenPost(author);
    const id: string = post.body.id;
    const { path } = await givenLink(author, post);
    const [subject = "", until = "", signature = ""] = path.split("/").at(-1)?.split(".") ?? [];
    const flipped = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const inHour = String(Date.now() + 3_600_000);
    const foreign = [
      `/v1/previews/${subject}.${until}.${flipped}`,
      `/v1/previews/${subject}.${Number(until) + 1}.${signature}`,
      `/v1/previews/prv_${other.body.id}.${until}.${signature}`,
      `/v1/previews/${subject}.${until}.${signature}A`,
      `/v1/previews/${subject}.${until}`,
      `/v1/previews/${subject}.${until}.`,
      `/v1/previews/${id}`,
      `/v1/previews/${await subscriberTokenOf(secret, "preferences", id, inHour)}`,
      `/v1/previews/prv_${await subscriberTokenOf(secret, "preferences", id, inHour)}`,
      `/v1/previews/prv_${id}.${inHour}.${await sign(secret, "mail:invite", `${id}.${inHour}`)}`,
      `/v1/previews/prv_${id}.${inHour}.${await sign(secret, "cursor", `${id}.${inHour}`)}`,
      `/v1/previews/prv_${id}.${inHour}.${await sign(`${secret}x`, "preview", `${id}.${inHour}`)}`,
      await pathOf(id, -1),
      await pathOf(newId(), 3600),
    ];
    const [first, ...others] = await Promise.all(foreign.map((each) => send("GET", each)));
    expect(first && codeOf(first)).toBe(40480);
    for (const answer of others) expect(bareOf(answer)).toEqual(first && bareOf(first));
    expect((await send("GET", path)).status).toBe(200);
  });

  it("is worth nothing anywhere else", async () => {
    const author = await givenUser();
    const post = await givenPost(author);
    const { path } = await givenLink(author, post);
    const token = path.split("/").at(-1) ?? "";
    const answers = await Promise.all([
      send("GET", `/v1/posts/${post.body.id}`, { headers: { authorization: `Bearer ${token}` } }),
      send("GET", `/v1/posts/${post.body.id}`),
      send("GET", `/v1/posts/${post.body.slug}.md`),
      send("GET", `/v1/posts?cursor=${token}`),
    ]);
    expect(answers.map(codeOf)).toEqual([40101, 40401, 40401, 40001]);
  });

  it("is kept by nobody, found by no search engine, and says nothing of where it was opened", async () => {
    const author = await givenUser();
    const { path } = await givenLink(author, await givenPost(author, { status: "published" }));
    const broken = `${path}x`;
    const origin = { origin: "https://elsewhere.example" };
    const answers = await Promise.all([
      send("GET", path),
      send("HEAD", path),
      send("GET", path, { headers: browser }),
      send("GET", path, { headers: { ...browser, ...origin } }),
      send("GET", path, { headers: author.headers }),
      send("GET", broken),
      send("GET", broken, { headers: browser }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 404, 404]);
    expect(answers.map(careOf)).toEqual(answers.map(() => careful));
  });

  it("does not look at who opens it", async () => {
    const author = await givenUser();
    const { path } = await givenLink(author, await givenPost(author));
    const plain = await send("GET", path);
    for (const headers of [
      { authorization: "Bearer nonsense" },
      { cookie: "__Host-session=nonsense" },
      author.headers,
    ]) {
      const { status, text } = await send("GET", path, { headers });
      expect([status, text]).toEqual([200, plain.text]);
    }
  });

  it("is in no log, no audit entry and no receipt", async () => {
    const lines: string[] = [];
    const { LOG_LEVEL } = settings;
    Object.assign(settings, { LOG_LEVEL: "debug" });
    for (const level of ["debug", "info", "warn", "error"] as const) {
      vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(String(line)));
    }
    const author = await givenUser();
    const post = await givenPost(author);
    const url = `/v1/posts/${post.body.id}/preview-links`;
    const headers = { ...author.headers, "idempotency-key": crypto.randomUUID() };
    const { body } = await send("POST", url, { headers });
    const token: string = body.url.split("/").at(-1);
    await send("GET", `/v1/previews/${token}`);
    await send("GET", `/v1/previews/${token}`, { headers: browser });
    await send("GET", `/v1/previews/${token}x`);
    await send("DELETE", `/v1/previews/${token}`);
    vi.restoreAllMocks();
    Object.assign(settings, { LOG_LEVEL });
    const logged = lines.join("\n");
    expect(logged).toContain('"route":"/v1/previews/:token"');
    const signature = token.split(".").at(-1) ?? "";
    expect(logged).not.toContain(signature);
    const kept = JSON.stringify([
      await db.select().from(auditEntries),
      await db.select().from(receipts),
    ]);
    expect(kept).toContain("post.share_preview");
    expect(kept).not.toContain(signature);
  });

  it("is the same again when the request for it is repeated", async () => {
    const author = await givenUser();
    const post = await givenPost(author);
    const headers = { ...author.headers, "idempotency-key": crypto.randomUUID() };
    const ask = () => send("POST", `/v1/posts/${post.body.id}/preview-links`, { headers });
    const [first, again] = [await ask(), await ask()];
    expect(again.text).toBe(first.text);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  });

  it("is made only by whom the post would still be for if it were a draft", async () => {
    const author = await givenUser({ role: "author" });
    const other = await givenUser({ role: "author" });
    const published = await givenPost(author, { status: "published" });
    const draft = await givenPost(author);
    const ask = ({ body }: Sent, headers: Record<string, string>) =>
      send("POST", `/v1/posts/${body.id}/preview-links`, { headers });
    const answers = [
      await ask(published, other.headers),
      await ask(draft, other.headers),
      await ask(draft, (await givenSecretKey(author, ["posts:write"])).headers),
      await ask(draft, {}),
      await ask(published, (await givenSecretKey(author, ["posts:read"])).headers),
    ];
    expect(answers.map((answer) => codeOf(answer) ?? answer.status)).toEqual([
      40300, 40401, 40303, 40100, 201,
    ]);
  });
});

describe("in a browser, a preview link", () => {
  it("opens a page that runs nothing and has no origin", async () => {
    const author = await givenUser({ name: "Zoë <x>" });
    const content = "Some *words*. ![a](/media/a.png) [b](/other) <script>alert(1)</script>";
    const post = await givenPost(author, {
      title: "A <b> & </title><script>",
      content,
      feature_image: 'https://example.com/x.jpg?"><script>',
      tags: ["<i>"],
      metadata: { lang: 'de" onload="x' },
    });
    const { path, expiresAt } = await givenLink(author, post);
    const { status, text, headers } = await send("GET", path, { headers: browser });
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; style-src 'sha256-");
    expect(policy).toMatch(/; sandbox allow-popups allow-popups-to-escape-sandbox$/u);
    expect(policy).not.toContain("script-src");
    expect(text).not.toContain("<script");
    expect(text).not.toContain("onload");
    expect(text).toContain("<em>words</em>");
    expect(text).toContain("Preview · Draft");
    expect(text).toContain(`datetime="${expiresAt}"`);
    expect(text).toContain(`src="${SITE}/media/a.png"`);
    expect(text).toContain(`href="${SITE}/other"`);
    expect(text).toContain('<meta name="robots" content="noindex, nofollow" />');
  });

  it("says in words that it leads nowhere", async () => {
    const answer = await send("GET", "/v1/previews/prv_x", { headers: browser });
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.text).toContain("This link leads nowhere");
  });
});
