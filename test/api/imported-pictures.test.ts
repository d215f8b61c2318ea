import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";

import { createContext } from "#core/context";
import { jobs, media, postRevisions, posts } from "#repository/models";
import { runDueJobs } from "#test/support/background";
import { passTime } from "#test/support/jobs";
import { givenUser } from "#test/support/people";
import { contains, encoded, png, withExif } from "#test/support/pictures";
import { ORIGIN, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "pictures");
const editor = await givenUser();

afterEach(() => vi.unstubAllGlobals());

/** The web, as far as these tests know it; the database and the rest of the house answer as ever. */
function givenWeb(answers: Readonly<Record<string, () => Response>>) {
  const asked: string[] = [];
  const real = globalThis.fetch;
  vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
    const url = new Request(...request).url;
    const { hostname } = new URL(url);
    if (hostname === "cloudflare-dns.com") {
      return Response.json({ Status: 0, Answer: [{ type: 1, data: "93.184.215.14" }] });
    }
    if (!hostname.endsWith(".example.com")) return real(...request);
    asked.push(url);
    return answers[url]?.() ?? new Response("not here", { status: 404 });
  });
  return asked;
}

async function importDocuments(
  documents: readonly Record<string, unknown>[],
  query = "?pictures=true",
) {
  const response = await exports.default.fetch(`${ORIGIN}/v1/imports${query}`, {
    method: "POST",
    headers: { ...editor.headers, "content-type": "application/x-ndjson" },
    body: documents.map((document) => JSON.stringify(document)).join("\n"),
  });
  expect(response.status).toBe(202);
  for (let round = 0; round < 4; round += 1) {
    await runDueJobs();
    await passTime(db, 10);
  }
}

const document = (path: string, markdown: string, fields: Record<string, unknown> = {}) => ({
  path,
  front_matter: { title: `Imported ${path}`, date: "2020-02-29", ...fields },
  markdown,
});

const rowAt = async (path: string) =>
  (await db.select().from(posts).where(eq(posts.importPath, path)))[0];
const newPath = () => `${crypto.randomUUID()}.md`;

let seed = 9000;
const picture = () => png(40, 20, { seed: (seed += 1) });

describe("pictures of imported posts", () => {
  it("are brought in, clean, and shown from here", async () => {
    const [one, two] = [
      "https://a.example.com/one.jpg?w=1&h=2",
      "https://b.example.com/two%20b.png",
    ];
    const told = withExif(await encoded(picture(), "jpeg"));
    const asked = givenWeb({
      [one]: () => new Response(told),
      [two]: () => new Response(picture()),
    });
    const [path, other] = [newPath(), newPath()];
    const text = `![1](${one})\n\nSee [it](${one}) and ![1](${one}.html)\n\n<img src="${one}" alt="raw">`;
    await importDocuments([document(path, text, { image: two }), document(other, `![1](${one})`)]);
    expect(asked.filter((url) => url === one)).toHaveLength(1);
    const post = await rowAt(path);
    const { body } = await send("GET", `/v1/posts/${post?.id}`);
    expect(body.media).toHaveLength(1);
    expect(body.feature_image).toBe(body.feature_image_media.url);
    const [{ url, srcset }] = body.media;
    expect(body.content).toBe(
      `![1](${url})\n\nSee [it](${url}) and ![1](${one}.html)\n\n<img src="${url}" alt="raw">`,
    );
    expect(srcset.webp).toContain("40w");
    const served = await exports.default.fetch(`${ORIGIN}${new URL(url).pathname}`);
    const bytes = new Uint8Array(await served.arrayBuffer());
    expect(contains(bytes, "secret")).toBe(false);
    expect((await rowAt(other))?.content).toBe(`![1](${url})`);
    const revisions = await db
      .select()
      .from(postRevisions)
      .where(eq(postRevisions.postId, post?.id ?? ""));
    expect(new Set(revisions.map(({ number }) => number))).toEqual(new Set([1, 2]));
  });

  it("stay where they are unless somebody wants them here", async () => {
    const asked = givenWeb({});
    const path = newPath();
    await importDocuments([document(path, "![1](https://a.example.com/none.png)")], "");
    expect(asked).toEqual([]);
    expect((await rowAt(path))?.content).toContain("https://a.example.com/none.png");
  });

  it("stay where they are when they cannot be had, and that is written down, once", async () => {
    const gone = "https://a.example.com/gone.png";
    const page = "https://a.example.com/page.png";
    const inside = "https://intranet/secret.png";
    const asked = givenWeb({ [page]: () => new Response("<html>") });
    const path = newPath();
    const content = [gone, page, inside].map((url) => `![x](${url})`).join("\n");
    await importDocuments([document(path, content)]);
    await importDocuments([document(newPath(), content)]);
    expect((await rowAt(path))?.content).toBe(content);
    const mine = asked.filter((url) => !url.endsWith("none.png"));
    expect(mine.toSorted()).toEqual([gone, page].toSorted());
    const codes = await Promise.all(
      [gone, page, inside].map(async (url) => {
        const [row] = await db.select().from(media).where(eq(media.sourceUrl, url));
        return [row?.status, row?.errorCode];
      }),
    );
    expect(codes).toEqual([
      ["failed", "http_404"],
      ["failed", "type_unknown"],
      ["failed", "address_not_public"],
    ]);
  });

  it("do not come twice when the work is done twice", async () => {
    const url = "https://a.example.com/twice.png";
    const bytes = picture();
    const asked = givenWeb({ [url]: () => new Response(bytes) });
    const path = newPath();
    await importDocuments([document(path, `![x](${url})`)]);
    const before = await rowAt(path);
    await db
      .update(jobs)
      .set({ state: "ready", finishedAt: null, cursor: null })
      .where(eq(jobs.kind, "fetch-pictures"));
    await runDueJobs();
    expect(await rowAt(path)).toEqual(before);
    expect(asked).toEqual([url]);
  });
});
