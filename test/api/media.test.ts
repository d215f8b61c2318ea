import { deflateSync } from "node:zlib";

import { env, exports } from "cloudflare:workers";
import { and, eq, sql } from "drizzle-orm";
import { gps } from "exifr";
import { imageSize } from "image-size";
import { describe, expect, it, vi } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { kindOf } from "#domain/media/kinds";
import {
  findOrphansKind,
  importDocumentsKind,
  processMediaKind,
  purgeEdgeKind,
  removeMediaKind,
} from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { insertJob } from "#repository/jobs";
import { imports, jobs, media } from "#repository/models";
import { runDueJobs } from "#test/support/background";
import { breakDatabase, deliver, doorbellFor, givenPlant, passTime } from "#test/support/jobs";
import { givenUser, type Person } from "#test/support/people";
import {
  contains,
  encoded,
  gif,
  joined,
  mp3,
  mp4,
  pdf,
  png,
  PNG_HEAD,
  pngChunk,
  pngHeader,
  svg,
  uint32,
  withExif,
} from "#test/support/pictures";
import { givenPost } from "#test/support/posts";
import { codeOf, ORIGIN, send } from "#test/support/requests";

const { db, files } = createContext(env, { waitUntil: () => undefined }, "media");
const editor = await givenUser();

interface UploadOptions {
  readonly by?: Person;
  readonly type?: string | null;
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

async function upload(content: BodyInit, options: UploadOptions = {}) {
  const { by = editor, query = "", headers = {} } = options;
  const sniffed = content instanceof Uint8Array ? kindOf(content)?.contentType : undefined;
  const type = options.type === undefined ? sniffed : options.type;
  const response = await exports.default.fetch(`${ORIGIN}/v1/media${query}`, {
    method: "POST",
    headers: { ...by.headers, ...(type ? { "content-type": type } : {}), ...headers },
    body: content,
  });
  // oxlint-disable-next-line typescript/no-explicit-any
  return { status: response.status, headers: response.headers, body: await response.json<any>() };
}

/** Lets everything happen that an upload has ordered. */
async function given(content: Uint8Array, options: UploadOptions = {}) {
  const { status, body } = await upload(content, options);
  expect(status, JSON.stringify(body)).toBe(201);
  await runDueJobs();
  return (await send("GET", `/v1/media/${body.id}`, { headers: editor.headers })).body;
}

const fetchFile = (url: string, headers: Record<string, string> = {}, method = "GET") =>
  exports.default.fetch(`${ORIGIN}${new URL(url).pathname}`, { method, headers });

const bytesAt = async (url: string) => new Uint8Array(await (await fetchFile(url)).arrayBuffer());

let seed = 100;
/** A picture that no other test has. */
const newPng = (width: number, height: number): Uint8Array =>
  png(width, height, { seed: (seed += 1) });

describe("an upload", () => {
  it("answers at once, and is ready later, in the sizes that pages need", async () => {
    const picture = newPng(1000, 500);
    const { status, headers, body } = await upload(picture, {
      headers: { "content-disposition": `attachment; filename="../Holiday at sea.jpeg"` },
      query: "?alt_text=The%20sea",
    });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`/v1/media/${body.id}`);
    expect(body).toMatchObject({
      status: "processing",
      kind: "picture",
      content_type: "image/png",
      file_name: "Holiday at sea.png",
      alt_text: "The sea",
      size: picture.byteLength,
      url: null,
      variants: [],
      error: null,
    });
    await runDueJobs();
    const { body: ready } = await send("GET", `/v1/media/${body.id}`, { headers: editor.headers });
    expect(ready).toMatchObject({ status: "ready", width: 1000, height: 500, version: 1 });
    expect(
      ready.variants.map(({ type, width }: Record<string, unknown>) => [type, width].join(" ")),
    ).toEqual(
      [320, 640, 960, 1000].flatMap((width) => [`image/webp ${width}`, `image/avif ${width}`]),
    );
    expect(ready.srcset.webp).toBe(
      [320, 640, 960, 1000]
        .map((width) => `${ready.url.replace(/\.png$/u, "")}-${width}.webp ${width}w`)
        .join(", "),
    );
    for (const { url, type, width, height, size } of ready.variants) {
      const bytes = await bytesAt(url);
      expect(kindOf(bytes)?.contentType).toBe(type);
      expect(imageSize(bytes)).toMatchObject({ width, height });
      expect(bytes.byteLength).toBe(size);
      expect(height).toBe(width / 2);
    }
    expect(ready.dominant_color).toMatch(/^#[cd][0-9a-f][01][0-9a-f][01][0-9a-f]$/u);
    expect(ready.placeholder).toMatch(/^data:image\/webp;base64,/u);
    expect(ready.placeholder.length).toBeLessThan(600);
    expect(await bytesAt(ready.url)).toEqual(picture);
    expect((await files.list({ prefix: `uploads/${body.id}` })).objects).toEqual([]);
  });

  it("has the colour of what shines through, where it has no other", async () => {
    const half = joined(
      PNG_HEAD,
      pngChunk("IHDR", joined(uint32(1), uint32(1), [8, 6, 0, 0, 0])),
      pngChunk("IDAT", deflateSync(Uint8Array.of(0, 200, 40, 40, 100))),
      pngChunk("IEND", new Uint8Array()),
    );
    expect((await given(half)).dominant_color).toMatch(/^#c[0-9a-f]2[0-9a-f]2[0-9a-f]$/u);
  });

  it("is never drawn larger than it is", async () => {
    const { width, variants } = await given(newPng(200, 30));
    expect(width).toBe(200);
    expect(variants.map((each: { width: number }) => each.width)).toEqual([200, 200]);
  });

  it("says nothing any more about who made it where, and is turned as it was held", async () => {
    const told = withExif(await encoded(newPng(800, 400), "jpeg"), 6);
    expect(await gps(told)).toMatchObject({ latitude: 52.5 });
    const ready = await given(told);
    expect(ready).toMatchObject({ status: "ready", width: 400, height: 800 });
    for (const url of [ready.url, ...ready.variants.map((each: { url: string }) => each.url)]) {
      const bytes = await bytesAt(url);
      expect(await gps(bytes).catch(() => undefined), url).toBeUndefined();
      for (const secret of ["secret", "Imprint Camera", "Secret Street"]) {
        expect(contains(bytes, secret), url).toBe(false);
      }
    }
    const { variants } = ready;
    expect(variants[0]).toMatchObject({ width: 320, height: 640 });
    expect(variants.at(-1)).toMatchObject({ width: 400, height: 800 });
  });

  it("comes as a form as well, with what is said about it before or behind the file", async () => {
    const picture = newPng(40, 40);
    const form = new FormData();
    form.append("caption", "Ein Schiff");
    form.append(
      "file",
      new File([new Uint8Array(picture)], 'schiff "ü".png', { type: "text/plain" }),
    );
    form.append("alt_text", "A ship");
    const { status, body } = await upload(form, { type: null });
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({
      alt_text: "A ship",
      caption: "Ein Schiff",
      content_type: "image/png",
      file_name: "schiff ü.png",
      size: picture.byteLength,
    });
    await runDueJobs();
    const { body: ready } = await send("GET", `/v1/media/${body.id}`, { headers: editor.headers });
    expect(await bytesAt(ready.url)).toEqual(picture);
  });

  it("is the same upload when it is sent again under its key, however a form is cut", async () => {
    const picture = newPng(30, 30);
    const headers = { "idempotency-key": crypto.randomUUID() };
    const form = () => {
      const made = new FormData();
      made.append("file", new File([new Uint8Array(picture)], "a.png"));
      return made;
    };
    const first = await upload(form(), { type: null, headers });
    const second = await upload(form(), { type: null, headers });
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    const other = new FormData();
    other.append("file", new File([new Uint8Array(newPng(30, 30))], "a.png"));
    expect((await upload(other, { type: null, headers })).body.internal_code).toBe(42201);
  });

  it("that is equal to another shares its objects, and each can be deleted without the other", async () => {
    const picture = newPng(50, 50);
    const [one, two] = [await given(picture), await given(picture)];
    expect(two.url).toBe(one.url);
    const remove = async ({ id }: { id: string }) => {
      const headers = { ...editor.headers, "if-match": '"v1"' };
      expect((await send("DELETE", `/v1/media/${id}`, { headers })).status).toBe(204);
      await runDueJobs();
    };
    await remove(one);
    expect((await fetchFile(two.url)).status).toBe(200);
    await remove(two);
    expect((await fetchFile(two.url)).status).toBe(404);
    expect((await fetchFile(two.variants[0].url)).status).toBe(404);
  });

  it.each([
    ["a GIF", gif(20, 10), "image/gif", 20],
    ["a GIF that moves", gif(20, 10, 4), "image/gif", 20],
    ["a drawing", svg("<circle r='4'/>"), "image/svg+xml", 40],
    ["a document", pdf(), "application/pdf", null],
    ["a sound", mp3(), "audio/mpeg", null],
    ["a film", mp4(), "video/mp4", 640],
  ])("can be %s", async (_name, bytes, type, width) => {
    const ready = await given(bytes);
    expect(ready).toMatchObject({ status: "ready", content_type: type, width });
    const answer = await fetchFile(ready.url);
    expect(answer.headers.get("content-type")).toBe(type);
    expect(answer.headers.get("content-disposition")).toBe(
      type === "application/pdf" ? "attachment" : null,
    );
  });
});

describe("what is refused at once, with nothing stored", () => {
  const wide = joined("GIF89a", [0x7f, 0x7f, 1, 0, 0, 0, 0], gif(1, 1).subarray(19));
  const large = joined(PNG_HEAD, pngHeader(9000, 9000));
  const long = joined(PNG_HEAD, pngHeader(9, 9), pngChunk("acTL", joined(uint32(301), uint32(0))));

  it.each([
    ["text", joined("hello, world"), "image/png", 41501],
    ["nothing", new Uint8Array(), "image/png", 41501],
    [
      "a page that says it is a picture",
      joined("<!doctype html><svg></svg>"),
      "image/svg+xml",
      41501,
    ],
    ["a program", joined("MZ\x90\0\x03"), "image/png", 41501],
    ["a picture that says it is another", newPng(9, 9), "image/jpeg", 41502],
    ["a picture that says it is JSON", newPng(9, 9), "application/json", 41500],
    ["a picture that says nothing", newPng(9, 9), null, 41500],
    ["a picture that is too wide", wide, "image/gif", 42211],
    ["a picture of too many pixels", large, "image/png", 42210],
    ["a picture of too many frames", long, "image/png", 42212],
    [
      "a picture of more than 25 MB",
      joined(newPng(9, 9), new Uint8Array(25_000_000)),
      "image/png",
      41301,
    ],
  ])("is %s", async (_name, bytes, type, code) => {
    const before = (await files.list({ prefix: "uploads/" })).objects.length;
    const { body } = await upload(bytes, { type });
    expect(body.internal_code).toBe(code);
    expect((await files.list({ prefix: "uploads/" })).objects.length).toBe(before);
  });

  it("is a form without a file, with two, or that breaks off", async () => {
    const one = () => new File([new Uint8Array(newPng(9, 9))], "a.png");
    const empty = new FormData();
    empty.append("alt_text", "A ship");
    const without = (await upload(empty, { type: null })).body;
    expect(without).toMatchObject({ internal_code: 42200, errors: [{ pointer: "/file" }] });
    const double = new FormData();
    double.append("file", one());
    double.append("file", one());
    expect((await upload(double, { type: null })).body.internal_code).toBe(42200);
    const odd = new FormData();
    odd.append("file", one());
    odd.append("role", "owner");
    const strange = (await upload(odd, { type: null })).body;
    expect(strange).toMatchObject({ internal_code: 42200, errors: [{ pointer: "/role" }] });
    const broken = joined(
      '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n',
      newPng(9, 9),
    );
    const type = "multipart/form-data; boundary=x";
    expect((await upload(broken, { type })).body.internal_code).toBe(40000);
  });
});

describe("what is found out when the whole of it is looked at", () => {
  it.each([
    ["file_truncated", newPng(90, 90).slice(0, -40)],
    ["file_polyglot", joined(newPng(90, 90), "PK\x03\x04", new Uint8Array(60))],
    ["file_bomb", joined(PNG_HEAD, pngHeader(8, 8), newPng(90, 90).subarray(33))],
    ["too_many_frames", gif(4, 4, 301)],
    [
      "file_undecodable",
      joined([
        0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 64, 0, 64, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0,
        63, 0, 1, 2, 3, 0xff, 0xd9,
      ]),
    ],
  ])("fails as %s", async (code, bytes) => {
    const failed = await given(bytes);
    expect(failed).toMatchObject({ status: "failed", error: { code }, url: null, variants: [] });
    expect(failed.error.message.length).toBeGreaterThan(10);
    expect((await files.list({ prefix: `uploads/${failed.id}` })).objects).toEqual([]);
  });
});

describe("a file that is served", () => {
  const picture = newPng(64, 64);

  it("is the same for ever, may be shown by any page, and may run nothing", async () => {
    const { url } = await given(svg("<circle r='5'/>"));
    const answer = await fetchFile(url);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "image/svg+xml",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "cross-origin",
      "access-control-allow-origin": "*",
      "accept-ranges": "bytes",
    });
    expect(answer.headers.get("content-security-policy")).toMatch(/^sandbox; default-src 'none'/u);
    expect(await answer.text()).toContain("<circle");
  });

  it("comes in parts, not again to whoever has it, and asks the database nothing", async () => {
    const { url } = await given(picture);
    const whole = await fetchFile(url);
    expect(whole.headers.get("server-timing")).toMatch(/desc="0"/u);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const etag = whole.headers.get("etag") ?? "";
    const part = await fetchFile(url, { range: "bytes=10-19" });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe(`bytes 10-19/${bytes.byteLength}`);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(10, 20));
    expect((await fetchFile(url, { range: "bytes=0-1", "if-range": etag })).status).toBe(206);
    expect((await fetchFile(url, { range: "bytes=0-1", "if-range": '"other"' })).status).toBe(200);
    const beyond = await fetchFile(url, { range: `bytes=${bytes.byteLength}-` });
    expect(beyond.status).toBe(416);
    // Kept for a year, the refusal would stand where the file does.
    expect(beyond.headers.get("cache-control")).toBe("private, no-store");
    const known = await fetchFile(url, { "if-none-match": etag });
    expect(known.status).toBe(304);
    expect(await known.text()).toBe("");
    const head = await fetchFile(url, {}, "HEAD");
    expect(head.status).toBe(200);
    expect(head.headers.get("content-length")).toBe(String(bytes.byteLength));
  });

  it.each(["x.png", `${"0".repeat(64)}.png`, `${"0".repeat(64)}.exe`, `..%2fuploads%2f${newId()}`])(
    "is not there under %s",
    async (name) => {
      expect(codeOf(await send("GET", `/media/${name}`))).toBe(40412);
    },
  );
});

describe("what is said about a file", () => {
  it("can be changed, by whoever uploaded it or edits, against the version", async () => {
    const author = await givenUser({ role: "author" });
    const stranger = await givenUser({ role: "author" });
    const { id } = await given(newPng(20, 20), { by: author });
    const body = { alt_text: "A ship", caption: null, focal_point: { x: 0.25, y: 0.123456 } };
    const path = `/v1/media/${id}`;
    const match = { "if-match": '"v1"' };
    const refused = await send("PATCH", path, { headers: { ...stranger.headers, ...match }, body });
    expect(codeOf(refused)).toBe(40300);
    const edited = await send("PATCH", path, { headers: { ...author.headers, ...match }, body });
    expect(edited.body).toMatchObject({
      alt_text: "A ship",
      focal_point: { x: 0.25, y: 0.1235 },
      version: 2,
    });
    const again = await send("PATCH", path, { headers: { ...author.headers, ...match }, body });
    expect(codeOf(again)).toBe(41200);
    const read = await send("GET", path, { headers: stranger.headers });
    expect(read.body).toEqual(edited.body);
  });

  it("can be listed by how it stands and by its kind", async () => {
    const sound = await given(joined(mp3(), [0xff, 0xfb, 0x90, 0x64], new Uint8Array(413)));
    const failed = await given(newPng(33, 33).slice(0, -30));
    const idsOf = async (query: string) => {
      const { body } = await send("GET", `/v1/media?limit=100&${query}`, {
        headers: editor.headers,
      });
      return body.data.map(({ id }: { id: string }) => id);
    };
    expect(await idsOf("kind=audio")).toContain(sound.id);
    expect(await idsOf("kind=picture")).not.toContain(sound.id);
    expect(await idsOf("status=failed")).toContain(failed.id);
    expect(await idsOf("status=ready&kind=audio")).not.toContain(failed.id);
  });
});

const removeHeaders = ({ headers }: Person, version = 1) => ({
  ...headers,
  "if-match": `"v${version}"`,
});

describe("whatever shows a picture", () => {
  it("has what a page needs of it, in one round trip: a post", async () => {
    const [cover, first, second] = [
      await given(newPng(400, 200), { query: "?alt_text=Cover" }),
      await given(newPng(400, 200)),
      await given(newPng(400, 200)),
    ];
    const content = `![one](${second.variants[0].url})\n\n![two](${first.url}) and ![two](${first.url})`;
    const made = await givenPost(editor, {
      content,
      feature_image: cover.url,
      status: "published",
    });
    const shown = await send("GET", `/v1/posts/${made.body.id}`);
    expect(shown.roundTrips).toBe(1);
    expect(shown.body.feature_image_media).toMatchObject({
      id: cover.id,
      url: cover.url,
      alt_text: "Cover",
      width: 400,
      srcset: cover.srcset,
      placeholder: cover.placeholder,
    });
    expect(shown.body.media.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id]);
    expect(made.body).toEqual(shown.body);
    const seen = await send("GET", `/v1/posts/${made.body.id}`, { headers: editor.headers });
    expect(made.etag).toBe(seen.etag);
    const list = await send("GET", "/v1/posts?limit=100");
    const listed = list.body.data.find(({ id }: { id: string }) => id === made.body.id);
    expect(listed.feature_image_media).toEqual(shown.body.feature_image_media);
  });

  it("shows what it shows now: after an edit, and after a revision was brought back", async () => {
    const [one, two] = [await given(newPng(60, 60)), await given(newPng(60, 60))];
    const made = await givenPost(editor, { content: `![](${one.url})` });
    const path = `/v1/posts/${made.body.id}`;
    const headers = { ...editor.headers, "if-match": made.etag };
    const edited = await send("PATCH", path, { headers, body: { content: `![](${two.url})` } });
    expect(edited.body.media.map(({ id }: { id: string }) => id)).toEqual([two.id]);
    const restored = await send("POST", `${path}/revisions/1/restore`, {
      headers: { ...editor.headers, "if-match": edited.etag },
    });
    expect(restored.status, restored.text).toBe(200);
    expect(restored.body.media.map(({ id }: { id: string }) => id)).toEqual([one.id]);
    const read = await send("GET", path, { headers: editor.headers });
    expect(read.body).toEqual(restored.body);
    expect(read.etag).toBe(restored.etag);
  });

  it("hides the pictures of a text that is hidden", async () => {
    const picture = await given(newPng(60, 60));
    const fields = { content: `![](${picture.url})`, visibility: "members", status: "published" };
    const { body } = await givenPost(editor, fields);
    expect((await send("GET", `/v1/posts/${body.id}`)).body.media).toEqual([]);
  });

  it("has what a page needs of it: somebody", async () => {
    const author = await givenUser({ role: "author" });
    const avatar = await given(newPng(70, 70), { by: author });
    const headers = removeHeaders(author);
    const me = await send("PATCH", "/v1/me", { headers, body: { avatar_url: avatar.url } });
    expect(me.body.avatar).toMatchObject({ id: avatar.id, srcset: avatar.srcset });
    expect((await send("GET", "/v1/me", { headers: author.headers })).body).toEqual(me.body);
    const post = await givenPost(author, { status: "published" });
    expect(post.body.author.avatar).toEqual(me.body.avatar);
    const { body: shown, roundTrips } = await send("GET", `/v1/posts/${post.body.id}`);
    expect([shown, roundTrips]).toEqual([post.body, 1]);
    const named = await send("GET", `/v1/authors/${author.slug}`);
    expect([named.body.avatar, named.roundTrips]).toEqual([me.body.avatar, 1]);
    const refused = await send("DELETE", `/v1/media/${avatar.id}`, { headers });
    expect(refused.body).toMatchObject({
      internal_code: 40913,
      used_by: [{ type: "user", id: author.id }],
    });
    const without = { headers: removeHeaders(author, 2), body: { avatar_url: null } };
    expect((await send("PATCH", "/v1/me", without)).body.avatar).toBeNull();
    expect((await send("DELETE", `/v1/media/${avatar.id}`, { headers })).status).toBe(204);
  });
});

describe("a file that is shown", () => {
  it("is not deleted, and whoever wants to is told where it is shown, as far as they may know", async () => {
    const author = await givenUser({ role: "author" });
    const picture = await given(newPng(61, 61), { by: author });
    const fields = { og_image: picture.url };
    const draft = await givenPost(editor, fields);
    const open = await givenPost(editor, { ...fields, status: "published" });
    const own = await givenPost(author, fields);
    const usersOf = async (person: Person) => {
      const path = `/v1/media/${picture.id}`;
      const { status, body } = await send("DELETE", path, { headers: removeHeaders(person) });
      expect(status).toBe(409);
      return new Set(body.used_by.map(({ id }: { id: string }) => id));
    };
    expect(await usersOf(editor)).toEqual(new Set([draft.body.id, open.body.id, own.body.id]));
    expect(await usersOf(author)).toEqual(new Set([open.body.id, own.body.id]));
  });

  it("is deleted or shown, and never both, when both are asked for at once", async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      const picture = await given(newPng(20, 20));
      const { body: post, etag } = await givenPost(editor);
      const [deletion, edit] = await Promise.all([
        send("DELETE", `/v1/media/${picture.id}`, { headers: removeHeaders(editor) }),
        send("PATCH", `/v1/posts/${post.id}`, {
          headers: { ...editor.headers, "if-match": etag },
          body: { feature_image: picture.url },
        }),
      ]);
      expect([204, 409]).toContain(deletion.status);
      expect(edit.status, edit.text).toBe(200);
      const shown = await send("GET", `/v1/posts/${post.id}`, { headers: editor.headers });
      const isShown = shown.body.feature_image_media !== null;
      const kept = await send("GET", `/v1/media/${picture.id}`, { headers: editor.headers });
      expect(kept.status).toBe(isShown ? 200 : 404);
      outcomes.add(String(deletion.status));
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });
});

/** An upload whose job nobody was rung for, as often as it is given. */
async function givenUploads(bytes: Uint8Array, count: number) {
  const rows = Array.from({ length: count }, () => ({ id: newId() }));
  return Promise.all(
    rows.map(async ({ id }) => {
      const job = newJob(processMediaKind, { mediaId: id });
      await files.put(`uploads/${id}`, bytes);
      await db.batch([
        insertJob(db, job),
        db.insert(media).values({
          id,
          uploadKey: `uploads/${id}`,
          jobId: job.id,
          sha256: "0",
          fileName: "a.png",
          contentType: "image/png",
          size: bytes.byteLength,
        }),
      ]);
      return { id, jobId: job.id };
    }),
  );
}

const rowOf = async (id: string) => (await db.select().from(media).where(eq(media.id, id)))[0];

describe("the work on uploads", () => {
  it("converges when two jobs have the same file, and when one job is rung for twice", async () => {
    const picture = newPng(700, 80);
    const uploads = await givenUploads(picture, 2);
    const bells = uploads.map(({ jobId }) => doorbellFor(jobId));
    await Promise.all(
      [...bells, ...bells].map((bell) => deliver(givenPlant().context, tasks, [bell])),
    );
    const [one, two] = await Promise.all(uploads.map(({ id }) => rowOf(id)));
    expect(one).toMatchObject({ status: "ready", uploadKey: null, width: 700 });
    expect(two).toMatchObject({
      status: "ready",
      objectKey: one?.objectKey,
      variants: one?.variants,
    });
    const { objects } = await files.list({ prefix: one?.objectKey?.slice(0, 70) ?? "" });
    expect(objects.length).toBe(1 + (one?.variants.length ?? 0));
  });

  it.each(
    [2, 3, 4, 5, 6].flatMap((at) =>
      (["killed before", "killed after", "reply lost"] as const).map(
        (fault) => [at, fault] as const,
      ),
    ),
  )(
    "goes on where it was when request %i to the database is %s",
    async (at, fault) => {
      const [waiting] = await givenUploads(newPng(400, 30), 1);
      const { id = "", jobId = "" } = waiting ?? {};
      const { struck, restore } = breakDatabase(at, fault);
      const first = deliver(givenPlant().context, tasks, [doorbellFor(jobId)]).catch(
        () => undefined,
      );
      await Promise.race([struck, first]);
      if (fault === "reply lost") await first;
      restore();
      for (let round = 0; round < 4 && (await rowOf(id))?.status === "processing"; round += 1) {
        await passTime(db, 700);
        await db
          .update(jobs)
          .set({ state: "ready", leaseToken: null, leaseUntil: null })
          .where(and(eq(jobs.id, jobId), eq(jobs.state, "running")));
        await deliver(givenPlant().context, tasks, [doorbellFor(jobId)]);
      }
      const row = await rowOf(id);
      expect(row).toMatchObject({ status: "ready", width: 400, height: 30 });
      expect(row?.variants.map(({ width }) => width)).toEqual([320, 320, 400, 400]);
      for (const { objectKey, size } of row?.variants ?? []) {
        expect((await files.head(objectKey))?.size).toBe(size);
      }
      // Longer than an encoder is waited for: once, in some hundred runs, nothing came for 30 seconds.
    },
    60_000,
  );

  it("asks again when the encoder never answers", async () => {
    const [waiting] = await givenUploads(newPng(64, 67), 1);
    const { id = "", jobId = "" } = waiting ?? {};
    const { context } = givenPlant();
    const asked = Promise.withResolvers<void>();
    const silent = {
      transform: () => silent,
      async output() {
        asked.resolve();
        return new Promise<never>(() => undefined);
      },
    };
    const images = { ...context.images, input: () => silent } as unknown as ImagesBinding;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const silenced = deliver({ ...context, images }, tasks, [doorbellFor(jobId)]);
      await asked.promise;
      await vi.advanceTimersByTimeAsync(20_000);
      await silenced;
    } finally {
      vi.useRealTimers();
    }
    expect(await rowOf(id)).toMatchObject({ status: "processing" });
    await passTime(db, 60);
    await deliver(givenPlant().context, tasks, [doorbellFor(jobId)]);
    expect(await rowOf(id)).toMatchObject({ status: "ready", width: 64, height: 67 });
  });

  it("is told to be forgotten by the platform's cache too, which was to keep it for a year", async () => {
    const { id, url } = await given(newPng(64, 66));
    const sha256 = /[0-9a-f]{64}/u.exec(url)?.[0] ?? "";
    const tag = (await fetchFile(url)).headers.get("cache-tag") ?? "";
    const removals = [newJob(removeMediaKind, { sha256 }), newJob(removeMediaKind, { sha256 })];
    const purges: unknown[] = [];
    for (const removal of removals) {
      const { context } = givenPlant();
      const settings = { ...context.settings, EDGE_CACHE: "platform" as const };
      await insertJob(db, removal);
      await deliver({ ...context, settings }, tasks, [doorbellFor(removal.id)]);
      const ordered = await db
        .select({ args: jobs.args })
        .from(jobs)
        .where(and(eq(jobs.kind, purgeEdgeKind.name), sql`${jobs.args}->'tags' ? ${tag}`));
      purges.push(ordered.map(({ args }) => args));
      // Of the first, nothing is removed: somebody has the file.
      await db.delete(media).where(eq(media.id, id));
    }
    expect(tag).toContain(sha256);
    expect(purges).toEqual([[], [{ tags: [tag] }]]);
  });

  it("waits for a file that is just being deleted, and then brings it back", async () => {
    const picture = newPng(64, 65);
    const { id: oldId, url } = await given(picture);
    const sha256 = /[0-9a-f]{64}/u.exec(url)?.[0] ?? "";
    const removal = newJob(removeMediaKind, { sha256 }, { dedupeKey: sha256 });
    await db.batch([db.delete(media).where(eq(media.id, oldId)), insertJob(db, removal)]);
    const [waiting] = await givenUploads(picture, 1);
    const { id = "", jobId = "" } = waiting ?? {};
    const ring = (job: string) => deliver(givenPlant().context, tasks, [doorbellFor(job)]);
    await ring(jobId);
    expect(await rowOf(id)).toMatchObject({ status: "processing", objectKey: null });
    await ring(removal.id);
    expect((await fetchFile(url)).status).toBe(404);
    await passTime(db, 10);
    await ring(jobId);
    expect(await rowOf(id)).toMatchObject({ status: "ready" });
    expect((await fetchFile(url)).status).toBe(200);
    // A bell for the deletion that comes late finds that somebody has the file again.
    const late = newJob(removeMediaKind, { sha256 });
    await insertJob(db, late);
    await ring(late.id);
    expect((await fetchFile(url)).status).toBe(200);
  });

  it("finds what nobody names once it is a day old, and leaves everything else", async () => {
    const kept = await given(newPng(66, 65));
    const waiting = (await givenUploads(newPng(67, 65), 1))[0];
    const importId = newId();
    const source = `imports/${importId}.ndjson`;
    const taking = newJob(importDocumentsKind, { importId, pictures: false });
    const row = { id: importId, jobId: taking.id, objectKey: source, size: 1 };
    await db.batch([insertJob(db, taking), db.insert(imports).values(row)]);
    await files.put(source, "x");
    const sha256 = "ab".repeat(32);
    const orphans = [
      `uploads/${newId()}`,
      `imports/${newId()}.ndjson`,
      `media/${sha256}.png`,
      `media/${sha256}-320.webp`,
    ];
    for (const key of orphans) await files.put(key, "x");
    const look = async () => {
      const job = newJob(findOrphansKind, {});
      await insertJob(db, job);
      const { context, queue } = givenPlant();
      await deliver(context, tasks, [doorbellFor(job.id)]);
      await deliver(context, tasks, queue.take());
    };
    const there = async (keys: readonly string[]) =>
      await Promise.all(keys.map(async (key) => (await files.head(key)) !== null));
    await look();
    expect(await there(orphans)).toEqual([true, true, true, true]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 25 * 3600 * 1000 });
    try {
      await look();
    } finally {
      vi.useRealTimers();
    }
    expect(await there(orphans)).toEqual([false, false, false, false]);
    expect(await there([`uploads/${waiting?.id}`, source])).toEqual([true, true]);
    expect((await fetchFile(kept.url)).status).toBe(200);
    expect((await fetchFile(kept.variants[0].url)).status).toBe(200);
  });

  it("that was cancelled is a file that failed", async () => {
    const [waiting] = await givenUploads(newPng(68, 65), 1);
    const { id = "", jobId = "" } = waiting ?? {};
    await db
      .update(jobs)
      .set({ state: "cancelled", finishedAt: new Date().toISOString() })
      .where(eq(jobs.id, jobId));
    const { body } = await send("GET", `/v1/media/${id}`, { headers: editor.headers });
    expect(body).toMatchObject({ status: "failed", error: { code: "cancelled" } });
  });
});
