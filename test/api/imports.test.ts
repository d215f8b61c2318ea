import { env, exports } from "cloudflare:workers";
import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId, now } from "#core/ids";
import { newJob } from "#core/jobs";
import { isSlug } from "#domain/slugs";
import { importDocumentsKind, tidyUpKind } from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { insertImport } from "#repository/imports";
import { insertJob } from "#repository/jobs";
import { imports, jobs, postRevisions, posts, users } from "#repository/models";
import { runDueJobs } from "#test/support/background";
import {
  breakDatabase,
  deliver,
  doorbellFor,
  givenPlant,
  passTime,
  readJob,
} from "#test/support/jobs";
import { givenUser, type Person } from "#test/support/people";
import { inSeconds } from "#test/support/plans";
import { givenPost } from "#test/support/posts";
import { ORIGIN, send } from "#test/support/requests";

const { db, files } = createContext(env, { waitUntil: () => undefined }, "imports");

interface Document {
  readonly path: string;
  readonly front_matter: Record<string, unknown>;
  readonly markdown: string;
}

const givenDocument = (fields: Partial<Document> & { title?: string } = {}): Document => ({
  path: `posts/${crypto.randomUUID()}.md`,
  front_matter: {
    title: fields.title ?? "Imported",
    date: "2020-02-29T10:00:00Z",
    author: "Ada Byron",
    tags: ["Sea"],
  },
  markdown: "Some *words*.",
  ...fields,
});

async function startImport({ headers }: Person, lines: readonly unknown[], key?: string) {
  const response = await exports.default.fetch(`${ORIGIN}/v1/imports`, {
    method: "POST",
    headers: {
      ...headers,
      "content-type": "application/x-ndjson",
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    body: lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: await response.json<{ id: string; job_id: string; internal_code?: number }>(),
  };
}

async function importAll(person: Person, lines: readonly unknown[]) {
  const { body } = await startImport(person, lines);
  await runDueJobs();
  return (await send("GET", `/v1/imports/${body.id}`, { headers: person.headers })).body;
}

/** An import that nobody was rung for. */
async function givenImport(count: number) {
  const { id: createdBy } = await givenUser();
  const { context } = givenPlant();
  const lines = Array.from({ length: count }, () => JSON.stringify(givenDocument())).join("\n");
  const id = newId();
  await context.files.put(id, lines);
  const job = newJob(importDocumentsKind, { importId: id });
  await context.db.batch([
    insertJob(context.db, job),
    insertImport(context.db, { id, jobId: job.id, createdBy, objectKey: id, size: lines.length }),
  ]);
  return { context, id, job };
}

const postAt = async (path: string) =>
  (await db.select().from(posts).where(eq(posts.importPath, path)))[0];

describe("an import", () => {
  it("answers at once and takes documents in later, with their authors and tags", async () => {
    const editor = await givenUser();
    const document = givenDocument({ title: `Imported ${crypto.randomUUID()}` });
    const { status, headers, body } = await startImport(editor, [document]);
    expect(status).toBe(202);
    expect(headers.get("location")).toBe(`/v1/imports/${body.id}`);
    expect(body).toMatchObject({ status: "queued", progress: 0 });
    await runDueJobs();
    const ended = await send("GET", `/v1/imports/${body.id}`, { headers: editor.headers });
    expect(ended.body).toMatchObject({
      status: "done",
      progress: 1,
      result: { created: 1, updated: 0, unchanged: 0, failed: 0 },
      failures: [],
    });
    const row = await postAt(document.path);
    const post = await send("GET", `/v1/posts/${row?.id}`);
    expect(post.body).toMatchObject({
      status: "published",
      published_at: "2020-02-29T10:00:00.000Z",
      html: "<p>Some <em>words</em>.</p>",
      authors: [{ name: "Ada Byron", slug: "ada-byron" }],
      tags: [{ name: "Sea", slug: "sea" }],
    });
    const [author] = await db.select().from(users).where(eq(users.slug, "ada-byron"));
    expect(author).toMatchObject({ email: null, passwordHash: null, role: "author" });
  });

  it("changes nothing the second time, and only what differs the third", async () => {
    const editor = await givenUser();
    const documents = [givenDocument(), givenDocument(), givenDocument()];
    expect((await importAll(editor, documents)).result.created).toBe(3);
    const before = await Promise.all(documents.map(({ path }) => postAt(path)));
    expect((await importAll(editor, documents)).result).toEqual({
      created: 0,
      updated: 0,
      unchanged: 3,
      failed: 0,
    });
    expect(await Promise.all(documents.map(({ path }) => postAt(path)))).toEqual(before);
    const edited = documents.map((document, n) =>
      n === 1 ? { ...document, markdown: "New" } : document,
    );
    expect((await importAll(editor, edited)).result).toMatchObject({ updated: 1, unchanged: 2 });
    const post = await send("GET", `/v1/posts/${before[1]?.id}`);
    expect(post.body).toMatchObject({ content: "New", version: 2, slug: before[1]?.slug });
    const revisions = await send("GET", `/v1/posts/${before[1]?.id}/revisions`, {
      headers: editor.headers,
    });
    expect(revisions.body.data.map(({ number }: { number: number }) => number)).toEqual([2, 1]);
  });

  it("moves a post to the slug that its document names, and leads there from the one it had", async () => {
    const editor = await givenUser();
    const [first, second] = [`first-${crypto.randomUUID()}`, `second-${crypto.randomUUID()}`];
    const at = (slug: string | undefined, markdown = "Text.") => ({
      ...document,
      markdown,
      front_matter: { ...document.front_matter, slug },
    });
    const document = givenDocument();
    await importAll(editor, [at(first)]);
    expect((await importAll(editor, [at(second)])).result).toMatchObject({ updated: 1 });
    expect((await send("GET", `/v1/posts/${second}`)).body.version).toBe(2);
    const old = await send("GET", `/v1/posts/${first}`);
    expect([old.status, old.headers.get("location")]).toEqual([301, `/v1/posts/${second}`]);
    await importAll(editor, [at(undefined, "Other.")]);
    expect((await postAt(document.path))?.slug).toBe(second);
    await importAll(editor, [at(first)]);
    expect((await send("GET", `/v1/posts/${first}`)).status).toBe(200);
    expect((await send("GET", `/v1/posts/${second}`)).status).toBe(301);
  });

  it("leaves no redirect from the slug of a draft, and takes no slug from another post", async () => {
    const editor = await givenUser();
    const taken = (await givenPost(editor)).body.slug as string;
    const draft = givenDocument({ front_matter: { title: "D", draft: true, slug: `d-${taken}` } });
    await importAll(editor, [draft]);
    const moved = { ...draft, front_matter: { ...draft.front_matter, slug: taken } };
    expect((await importAll(editor, [moved])).result).toMatchObject({ updated: 1, failed: 0 });
    const row = await postAt(draft.path);
    expect(row?.slug).toMatch(new RegExp(`^${taken}-[0-9a-f]{6}$`, "u"));
    const { headers } = editor;
    expect((await send("GET", `/v1/posts/d-${taken}`, { headers })).status).toBe(404);
    await importAll(editor, [{ ...moved, markdown: "Again." }]);
    expect((await postAt(draft.path))?.slug).toBe(row?.slug);
  });

  it("makes slugs of at most 96 characters, whichever way one is taken", async () => {
    const editor = await givenUser();
    const slug = `${crypto.randomUUID()}-${"long-".repeat(20)}`.slice(0, 96).replace(/-$/u, "x");
    const front_matter = { title: "Long", date: "2020-01-01", slug };
    const documents = Array.from({ length: 3 }, () => givenDocument({ front_matter }));
    await importAll(editor, documents.slice(0, 2));
    await importAll(editor, documents.slice(2));
    const slugs = await Promise.all(documents.map(async ({ path }) => (await postAt(path))?.slug));
    expect(new Set(slugs).size).toBe(3);
    expect(slugs.every((made) => made !== undefined && isSlug(made))).toBe(true);
  });

  it("leaves a post in the trash alone and says so, once its document is another", async () => {
    const editor = await givenUser();
    const document = givenDocument();
    await importAll(editor, [document]);
    await db.update(posts).set({ deletedAt: now() }).where(eq(posts.importPath, document.path));
    const before = await postAt(document.path);
    expect((await importAll(editor, [document])).result).toMatchObject({ unchanged: 1, failed: 0 });
    const other = givenDocument();
    const ended = await importAll(editor, [{ ...document, markdown: "New." }, other]);
    expect(ended.result).toEqual({ created: 1, updated: 0, unchanged: 0, failed: 1 });
    expect(ended.failures).toMatchObject([{ path: document.path, code: "post_in_trash" }]);
    expect(await postAt(document.path)).toEqual(before);
  });

  it("takes the last of the documents that share a path and reports the others", async () => {
    const editor = await givenUser();
    const document = givenDocument();
    const texts = ["One.", "Two.", "Three."].map((markdown) => ({ ...document, markdown }));
    const ended = await importAll(editor, texts);
    expect(ended.result).toEqual({ created: 1, updated: 0, unchanged: 0, failed: 2 });
    const failure = { path: document.path, code: "path_repeated" };
    expect(ended.failures).toMatchObject([failure, failure]);
    expect((await postAt(document.path))?.content).toBe("Three.");
  });

  it("is started once for one key and the same bytes, and refused for others of the same length", async () => {
    const editor = await givenUser();
    const key = crypto.randomUUID();
    const document = givenDocument({ markdown: "one" });
    const first = await startImport(editor, [document], key);
    const again = await startImport(editor, [document], key);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const other = await startImport(editor, [{ ...document, markdown: "two" }], key);
    expect(other).toMatchObject({ status: 422, body: { internal_code: 42201 } });
    const { objects } = await files.list({ prefix: "imports/" });
    expect(objects.filter(({ key: name }) => name.includes(first.body.id))).toHaveLength(1);
  });

  it("leaves one file when the same request comes several times at once", async () => {
    const editor = await givenUser();
    const count = async () => (await files.list({ prefix: "imports/" })).objects.length;
    await runDueJobs();
    const before = await count();
    const key = crypto.randomUUID();
    const document = givenDocument();
    const started = await Promise.all([1, 2, 3].map(() => startImport(editor, [document], key)));
    expect(new Set(started.map(({ body }) => body.id)).size).toBe(1);
    await runDueJobs();
    expect(await count()).toBe(before);
  });

  it.each([["dead"], ["cancelled"]] as const)(
    "is forgotten with its documents a week after it ended as %s, and can be tried again till then",
    async (state) => {
      const { context, id, job } = await givenImport(1);
      const objectKey = `imports/${id}.ndjson`;
      await context.files.put(objectKey, "{}");
      await db.update(imports).set({ objectKey }).where(eq(imports.id, id));
      const end = (days: number) =>
        db
          .update(jobs)
          .set({ state, finishedAt: sql`now() - make_interval(days => ${days}::int)` })
          .where(eq(jobs.id, job.id));
      const isKept = async () => {
        const tidying = newJob(tidyUpKind, {});
        await insertJob(db, tidying);
        await deliver(context, tasks, [doorbellFor(tidying.id)]);
        return (await files.head(objectKey)) !== null;
      };
      await end(6);
      expect(await isKept()).toBe(true);
      await end(8);
      expect(await isKept()).toBe(false);
    },
  );

  it("reports what it cannot take, by path, and takes the rest", async () => {
    const editor = await givenUser();
    const good = givenDocument();
    const undated = givenDocument({ front_matter: { title: "No date" } });
    const ended = await importAll(editor, ["not json", good, undated, { path: 5 }, ""]);
    expect(ended.result).toEqual({ created: 1, updated: 0, unchanged: 0, failed: 3 });
    expect(ended.failures).toMatchObject([
      { path: "line 1", code: "line_invalid" },
      { path: undated.path, code: "date_missing" },
      { path: "line 4", code: "line_invalid" },
    ]);
  });

  it("gives documents of one title slugs of their own, within an import and across", async () => {
    const editor = await givenUser();
    const title = `Same ${crypto.randomUUID()}`;
    const documents = Array.from({ length: 3 }, () =>
      givenDocument({ front_matter: { title, date: "2020-01-01" } }),
    );
    await importAll(editor, documents.slice(0, 2));
    await importAll(editor, documents);
    const rows = await Promise.all(documents.map(({ path }) => postAt(path)));
    expect(new Set(rows.map((row) => row?.slug)).size).toBe(3);
  });

  it.each(["killed before", "killed after", "reply lost"] as const)(
    "goes on where it was and counts everything once, whichever request goes wrong: %s",
    async (fault) => {
      for (let at = 1; at <= 6; at += 1) {
        const { context, id, job } = await givenImport(120);
        const { struck, restore } = breakDatabase(at, fault);
        const run = deliver(context, tasks, [doorbellFor(job.id)]);
        await Promise.race([struck, run]);
        if (fault === "reply lost") await run;
        restore();
        await passTime(context.db, 600);
        await deliver(givenPlant().context, tasks, [doorbellFor(job.id)]);
        const [row] = await db.select().from(imports).where(eq(imports.id, id));
        expect(row).toMatchObject({ createdCount: 120, updatedCount: 0, unchangedCount: 0 });
        expect((await readJob(db, job.id)).state).toBe("done");
      }
    },
    60_000,
  );

  it("finds what another worker wrote", async () => {
    const { context, id, job } = await givenImport(60);
    const twin = newJob(importDocumentsKind, { importId: id });
    await insertJob(db, twin);
    await deliver(context, tasks, [doorbellFor(job.id), doorbellFor(twin.id)]);
    const [row] = await db.select().from(imports).where(eq(imports.id, id));
    expect(row).toMatchObject({ createdCount: 60, updatedCount: 0, failedCount: 0 });
  });

  it("costs one round trip for fifty documents", async () => {
    const { context, id, job } = await givenImport(150);
    const before = context.meter.roundTrips;
    await deliver(context, tasks, [doorbellFor(job.id)]);
    const [row] = await db.select().from(imports).where(eq(imports.id, id));
    expect(row).toMatchObject({ createdCount: 150 });
    // Claim, two to load, completion and a look at the last sweep come on top.
    expect(context.meter.roundTrips - before).toBe(3 + 5);
  });

  it("does not keep the documents once they are posts, whatever their last lines are", async () => {
    const editor = await givenUser();
    const ended = await importAll(editor, [givenDocument(), "", "  ", ""]);
    expect(ended).toMatchObject({ status: "done", result: { created: 1, failed: 0 } });
    expect(await files.head(`imports/${ended.id}.ndjson`)).toBeNull();
  });

  it("keeps what is dated in the future a draft", async () => {
    const editor = await givenUser();
    const document = givenDocument({ front_matter: { title: "To come", date: "2999-01-01" } });
    expect((await importAll(editor, [document])).result.created).toBe(1);
    const row = await postAt(document.path);
    expect(row).toMatchObject({ status: "draft", publishedAt: "2999-01-01T00:00:00.000Z" });
    expect((await send("GET", `/v1/posts/${row?.id}`)).status).toBe(404);
  });

  it("edits a post that waits to go out without ending its plan, unless the document is published", async () => {
    const editor = await givenUser();
    const draft = givenDocument({ front_matter: { title: "Planned", draft: true } });
    await importAll(editor, [draft]);
    const post = await postAt(draft.path);
    const planned = await send("POST", `/v1/posts/${post?.id}/schedule`, {
      headers: { ...editor.headers, "if-match": '"v1"' },
      body: { publish_at: inSeconds(3600), unpublish_at: inSeconds(7200) },
    });
    expect(planned.status).toBe(200);
    const waiting = await postAt(draft.path);
    await importAll(editor, [{ ...draft, markdown: "Other *words*." }]);
    expect(await postAt(draft.path)).toMatchObject({
      status: "scheduled",
      content: "Other *words*.",
      publishAt: waiting?.publishAt,
      publishJobId: waiting?.publishJobId,
      unpublishAt: waiting?.unpublishAt,
      unpublishJobId: waiting?.unpublishJobId,
    });
    const published = { ...draft, front_matter: { title: "Planned", date: "2020-01-01" } };
    await importAll(editor, [published]);
    expect(await postAt(draft.path)).toMatchObject({
      status: "published",
      publishAt: null,
      publishJobId: null,
      unpublishAt: null,
    });
  });

  it("changes who may read a post, and what stands out, only where its document says so", async () => {
    const editor = await givenUser();
    const document = givenDocument();
    await importAll(editor, [document]);
    const made = await postAt(document.path);
    expect(made).toMatchObject({ visibility: "public", featured: false });
    const own = { visibility: "paid", featured: true, og_title: "O", og_description: "P" };
    const edited = await send("PATCH", `/v1/posts/${made?.id}`, {
      headers: { ...editor.headers, "if-match": '"v1"' },
      body: { ...own, og_image: "https://example.com/a.png" },
    });
    expect(edited.status).toBe(200);
    await importAll(editor, [{ ...document, markdown: "New." }]);
    const quiet = await postAt(document.path);
    const expected = {
      visibility: "paid",
      featured: true,
      ogTitle: "O",
      ogDescription: "P",
      ogImage: "https://example.com/a.png",
    };
    expect(quiet).toMatchObject({ content: "New.", version: 3, ...expected });
    const [revision] = await db
      .select({ fields: postRevisions.fields })
      .from(postRevisions)
      .where(and(eq(postRevisions.postId, made?.id ?? ""), eq(postRevisions.number, 3)));
    expect(revision?.fields).toMatchObject(expected);
    const said = {
      ...document.front_matter,
      visibility: "members",
      featured: false,
      og_title: "Q",
    };
    await importAll(editor, [{ ...document, front_matter: said }]);
    const told = await postAt(document.path);
    expect(told).toMatchObject({ visibility: "members", featured: false, ogTitle: "Q" });
  });

  it.each(["private", "filters", "Password", ["public"], false])(
    "shows no stranger what is for %j",
    async (visibility) => {
      const editor = await givenUser();
      const document = givenDocument();
      const said = { ...document.front_matter, visibility };
      await importAll(editor, [{ ...document, front_matter: said }]);
      const row = await postAt(document.path);
      expect(row).toMatchObject({ status: "draft", visibility: "paid" });
      expect((await send("GET", `/v1/posts/${row?.id}`)).status).toBe(404);
    },
  );

  it("starts once for a repeated request", async () => {
    const editor = await givenUser();
    const key = crypto.randomUUID();
    const document = givenDocument();
    const first = await startImport(editor, [document], key);
    const second = await startImport(editor, [document], key);
    expect(second.body.id).toBe(first.body.id);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
  });

  it("reads lines and nothing else, from those who may import", async () => {
    const editor = await givenUser();
    const author = await givenUser({ role: "author" });
    const wrong = await send("POST", "/v1/imports", { headers: editor.headers, body: {} });
    expect(wrong.body.internal_code).toBe(41500);
    expect((await startImport(author, [])).status).toBe(403);
  });
});
