import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { importDocumentsKind } from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { insertImport } from "#repository/imports";
import { insertJob } from "#repository/jobs";
import { imports, posts, users } from "#repository/models";
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
    body: await response.json<{ id: string; job_id: string }>(),
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
