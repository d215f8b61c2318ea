import { env, exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { sha256 } from "#core/tokens";
import { drawReportKind } from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { insertJob } from "#repository/jobs";
import { insertReport } from "#repository/reports";
import { runDueJobs } from "#test/support/background";
import { deliver, doorbellFor, givenPlant, passTime, readJob } from "#test/support/jobs";
import { givenUser, type Person } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { ORIGIN, send } from "#test/support/requests";

const { files } = createContext(env, { waitUntil: () => undefined }, "reports");

const order = ({ headers }: Person, body: unknown) =>
  send("POST", "/v1/reports", { headers, body });

const download = (path: string, headers: Record<string, string>) =>
  exports.default.fetch(`${ORIGIN}${path}`, { headers });

async function givenReport(person: Person, body: unknown = { kind: "publication" }) {
  const ordered = await order(person, body);
  await runDueJobs();
  const path = `/v1/reports/${ordered.body.id}`;
  return { path, ...(await send("GET", path, { headers: person.headers })).body };
}

describe("a report", () => {
  it("is ordered at once, drawn later, and is the PDF that it says it is", async () => {
    const editor = await givenUser();
    await givenPost(editor, { status: "published", tags: ["Sea"] });
    const ordered = await order(editor, {
      kind: "publication",
      from: "2020-01-01",
      to: "2030-12-31",
    });
    expect(ordered.status).toBe(202);
    expect(ordered.headers.get("location")).toBe(`/v1/reports/${ordered.body.id}`);
    expect(ordered.body).toMatchObject({ status: "queued", progress: 0, file_url: null });
    await runDueJobs();
    const path = `/v1/reports/${ordered.body.id}`;
    const { body } = await send("GET", path, { headers: editor.headers });
    expect(body).toMatchObject({
      status: "done",
      progress: 1,
      error: null,
      file_url: `${path}/file`,
    });
    const response = await download(body.file_url, editor.headers);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/pdf");
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="imprint-2020-01-01-to-2030-12-31.pdf"',
    );
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(new TextDecoder().decode(bytes.slice(0, 5))).toBe("%PDF-");
    expect(bytes.byteLength).toBe(body.size);
    expect(await sha256(bytes)).toBe(body.sha256);
  });

  it("can be about one post, in any of our scripts", async () => {
    const author = await givenUser({ role: "author" });
    const content =
      "# Κείμενο\n\nТекст, 中文, 日本語, 한국어, and \u{10ffff}.\n\n| a | b |\n|---|---|\n| 1 | 2 |";
    const post = await givenPost(author, { title: "Print me", content });
    const report = await givenReport(author, { kind: "post", post_id: post.body.id });
    expect(report).toMatchObject({ status: "done", file_name: "print-me.pdf" });
    expect(report.pages).toBeGreaterThan(0);
  });

  it("is sent in ranges", async () => {
    const editor = await givenUser();
    const report = await givenReport(editor);
    const whole = new Uint8Array(
      await (await download(report.file_url, editor.headers)).arrayBuffer(),
    );
    const cases = [
      ["bytes=0-4", 206, whole.slice(0, 5)],
      ["bytes=5-", 206, whole.slice(5)],
      ["bytes=-7", 206, whole.slice(-7)],
      [`bytes=10-${whole.length + 99}`, 206, whole.slice(10)],
      ["bytes=4-2", 200, whole],
      ["bytes=0-1,5-6", 200, whole],
      ["lines=0-1", 200, whole],
    ] as const;
    for (const [range, status, bytes] of cases) {
      const response = await download(report.file_url, { ...editor.headers, range });
      expect(response.status, range).toBe(status);
      expect(new Uint8Array(await response.arrayBuffer()), range).toEqual(bytes);
    }
    const beyond = await send("GET", report.file_url, {
      headers: { ...editor.headers, range: `bytes=${whole.length}-` },
    });
    expect(beyond.body.internal_code).toBe(41600);
    expect(beyond.headers.get("content-range")).toBe(`bytes */${whole.length}`);
  });

  it("is sent as a range only of the file that If-Range names, and not at all to whoever has it", async () => {
    const editor = await givenUser();
    const { file_url: url, size } = await givenReport(editor);
    const etag = (await download(url, editor.headers)).headers.get("etag") ?? "";
    const statusFor = async (headers: Record<string, string>) => {
      const response = await download(url, { ...editor.headers, range: "bytes=0-4", ...headers });
      return [response.status, (await response.arrayBuffer()).byteLength];
    };
    expect(await statusFor({ "if-range": etag })).toEqual([206, 5]);
    for (const other of ['"other"', `W/${etag}`, "Mon, 23 Nov 2026 00:00:00 GMT"]) {
      expect(await statusFor({ "if-range": other }), other).toEqual([200, size]);
    }
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      expect(await statusFor({ "if-none-match": known }), known).toEqual([304, 0]);
    }
    expect(await statusFor({ "if-none-match": '"other"' })).toEqual([206, 5]);
    const unchanged = await download(url, { ...editor.headers, "if-none-match": etag });
    expect(unchanged.headers.get("etag")).toBe(etag);
  });

  it("is the same bytes for the same content, and others once that has changed", async () => {
    const editor = await givenUser();
    const post = await givenPost(editor, { status: "published", tags: ["Sea"] });
    for (const body of [{ kind: "publication" }, { kind: "post", post_id: post.body.id }]) {
      const first = await givenReport(editor, body);
      expect((await givenReport(editor, body)).sha256, body.kind).toBe(first.sha256);
    }
    const nothing = { kind: "publication", from: "1900-01-01", to: "1900-01-02" };
    const empty = await givenReport(editor, nothing);
    expect((await givenReport(editor, nothing)).sha256).toBe(empty.sha256);
    const before = await givenReport(editor);
    await givenPost(editor, { status: "published" });
    expect((await givenReport(editor)).sha256).not.toBe(before.sha256);
  });

  it("of a post has the name of the post's address, and its language", async () => {
    const editor = await givenUser();
    const fields = {
      title: "Επτά",
      slug: "hepta-7",
      content: "Κείμενο.",
      metadata: { lang: "el_gr" },
    };
    const post = await givenPost(editor, fields);
    const report = await givenReport(editor, { kind: "post", post_id: post.body.id });
    expect(report.file_name).toBe("hepta-7.pdf");
    const bytes = await (await download(report.file_url, editor.headers)).arrayBuffer();
    expect(new TextDecoder("latin1").decode(bytes)).toContain("/Lang (el-GR)");
  });

  it("has no file before it is done, and none after it is deleted", async () => {
    const editor = await givenUser();
    const ordered = await order(editor, { kind: "publication" });
    const path = `/v1/reports/${ordered.body.id}`;
    const early = await send("GET", `${path}/file`, { headers: editor.headers });
    if (early.status !== 200) expect(early.body.internal_code).toBe(40909);
    await runDueJobs();
    const prefix = `reports/${ordered.body.id}/`;
    expect((await files.list({ prefix })).objects).toHaveLength(1);
    expect((await send("DELETE", path, { headers: editor.headers })).status).toBe(204);
    await runDueJobs();
    expect((await files.list({ prefix })).objects).toHaveLength(0);
    expect((await send("GET", path, { headers: editor.headers })).body.internal_code).toBe(40411);
  });

  it("leaves no file behind when it is deleted while it is drawn", async () => {
    const editor = await givenUser();
    const { context } = givenPlant();
    const id = newId();
    const job = newJob(drawReportKind, { reportId: id });
    const row = { id, jobId: job.id, createdBy: editor.id, fileName: "report.pdf", parameters: {} };
    await context.db.batch([
      insertJob(context.db, job),
      insertReport(context.db, { ...row, kind: "publication" }),
    ]);
    const put = vi.spyOn(context.files, "put");
    put.mockImplementationOnce(async (...file) => {
      await send("DELETE", `/v1/reports/${id}`, { headers: editor.headers });
      put.mockRestore();
      return context.files.put(...file);
    });
    await deliver(context, tasks, [doorbellFor(job.id)]);
    await passTime(context.db, 3600);
    await deliver(context, tasks, [doorbellFor(job.id)]);
    expect((await readJob(context.db, job.id)).state).toBe("done");
    expect((await files.list({ prefix: `reports/${id}/` })).objects).toEqual([]);
  });

  it("belongs to whoever ordered it; editors see all", async () => {
    const [author, other, editor] = [
      await givenUser({ role: "author" }),
      await givenUser({ role: "author" }),
      await givenUser(),
    ];
    const { body } = await order(author, { kind: "publication" });
    const path = `/v1/reports/${body.id}`;
    expect((await send("GET", path, { headers: other.headers })).body.internal_code).toBe(40411);
    expect((await send("GET", path, { headers: editor.headers })).status).toBe(200);
    const ids = async ({ headers }: Person) =>
      (await send("GET", "/v1/reports?limit=100", { headers })).body.data.map(
        ({ id }: { id: string }) => id,
      );
    expect(await ids(author)).toEqual([body.id]);
    expect(await ids(other)).toEqual([]);
    expect(await ids(editor)).toContain(body.id);
  });

  it.each([
    ["an unknown kind", { kind: "odd" }, 42200],
    [
      "a period that ends before it begins",
      { kind: "publication", from: "2026-02-01", to: "2026-01-01" },
      42200,
    ],
    ["a day that is not one", { kind: "publication", from: "2026-02-30" }, 42200],
    ["a year that PostgreSQL does not know", { kind: "publication", to: "0000-12-31" }, 42200],
    ["a post without its id", { kind: "post" }, 42200],
    ["a post that is not there", { kind: "post", post_id: crypto.randomUUID() }, 42204],
  ])("cannot be about %s", async (_case, body, code) => {
    expect((await order(await givenUser(), body)).body.internal_code).toBe(code);
  });
});
