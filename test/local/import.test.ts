import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { PassThrough } from "node:stream";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { type Surroundings, runImport } from "#local/import";

interface Call {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

type Answer = (call: Call, response: ServerResponse) => void;

const id = "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11";

/** What Imprint says about an import. */
const progress = (over: object = {}) => ({
  id,
  job_id: id,
  status: "queued",
  progress: 0,
  error: null,
  size: 1,
  result: { created: 0, updated: 0, unchanged: 0, failed: 0 },
  failures: [],
  ...over,
});
const done = (result: object, failures: object[] = []) =>
  progress({
    status: "done",
    progress: 1,
    result: { created: 0, updated: 0, unchanged: 0, failed: 0, ...result },
    failures,
  });

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(JSON.stringify(body));
const accepted = json(202, progress(), { location: `/v1/imports/${id}` });
const hangUp: Answer = (_, response) => response.destroy();

let folder: string;
let server: Server;
let calls: Call[];
let answers: Answer[];
/** What is answered to whoever wants to hear of a job as it goes. */
let events: Answer;

/** A stand-in for Imprint: gives the answers in their order, the last one for good, and keeps a ledger. */
async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = "", url = "", headers } = request;
  const call = { method, url, headers, body: Buffer.concat(chunks).toString() };
  if (url.endsWith("/events")) return events(call, response);
  calls.push(call);
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  answer?.(call, response);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imprint-import-"));
  calls = [];
  events = json(404, {});
  answers = [accepted, json(200, done({ created: 1 }))];
  server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function givenFiles(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function run(args: string[], over: Partial<Surroundings> = {}) {
  const out = new PassThrough();
  const err = new PassThrough();
  const code = await runImport(args, {
    out,
    err,
    environment: { IMPRINT_TOKEN: "secret-token" },
    pause: async () => undefined,
    ...over,
  });
  const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? "";
  return { code, out: text(out), err: text(err) };
}

const importFolder = (...args: string[]) => run([folder, "--url", origin(), ...args]);
const documents = (call: Call | undefined): unknown[] =>
  (call?.body.trim().split("\n") ?? []).map((line) => JSON.parse(line) as unknown);

const hello = "---\ntitle: Hello\ndate: 2026-11-23\n---\n\nSome *words*.\n";

describe("npm run import", () => {
  it("sends every Markdown file as a line of JSON, in order of path", async () => {
    await givenFiles({
      "b/post.mdx":
        "+++\ntitle = 'B'\ndate = 2026-11-23T10:00:00\nat = 2026-11-23T10:00:00+02:00\nday = 2026-11-23\n[extra]\nn = 1\n+++\nText",
      "a.md": hello,
      "b/c.MARKDOWN": "\uFEFFno front matter\r\nat all",
      "notes.txt": hello,
      ".hidden.md": hello,
      ".git/x.md": hello,
      "node_modules/x/readme.md": hello,
    });
    const { code, out } = await importFolder();
    expect(code).toBe(0);
    expect(documents(calls[0])).toEqual([
      {
        path: "a.md",
        front_matter: { title: "Hello", date: "2026-11-23" },
        markdown: "\nSome *words*.\n",
      },
      { path: "b/c.MARKDOWN", front_matter: {}, markdown: "no front matter\nat all" },
      {
        path: "b/post.mdx",
        front_matter: {
          title: "B",
          date: "2026-11-23T10:00:00.000",
          at: "2026-11-23T10:00:00.000+02:00",
          day: "2026-11-23",
          extra: { n: 1 },
        },
        markdown: "Text",
      },
    ]);
    expect(calls[0]).toMatchObject({
      method: "POST",
      url: "/v1/imports",
      headers: { authorization: "Bearer secret-token", "content-type": "application/x-ndjson" },
    });
    expect(calls[0]?.headers["idempotency-key"]).toMatch(/^[\x21-\x7e]{16,255}$/);
    expect(out).toMatch(
      /created\s+1\n\s+updated\s+0\n\s+unchanged\s+0\n\s+failed\s+0\n\s+seconds\s+\d+\.\d\n$/,
    );
  });

  it("shows how far it is as the server tells it, and asks for the end alone", async () => {
    await givenFiles({ "a.md": hello });
    const told = [0.1, 0.25, 0.5, 1].map((part) => `data: {"status":"running","progress":${part}}`);
    events = ({ url, headers }, response) => {
      expect([url, headers.authorization]).toEqual([
        `/v1/jobs/${id}/events`,
        "Bearer secret-token",
      ]);
      response.writeHead(200, { "content-type": "text/event-stream" });
      const text = `retry: 2000\n\n:\n\nevent: progress\r\n${told.join("\n\n")}\nid: 1\n\n`;
      // In pieces that end anywhere.
      for (const piece of text.match(/.{1,7}/gsu) ?? []) response.write(piece);
      response.end();
    };
    const { code, out } = await importFolder();
    expect(code).toBe(0);
    expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /v1/imports",
      `GET /v1/imports/${id}`,
    ]);
    expect(out.split("\n").slice(0, 5)).toEqual(
      ["  0", " 10", " 20", " 50", "100"].map((part) => `${part} %  importing 1 files`),
    );
  });

  it("asks itself when the server stops telling in the middle", async () => {
    await givenFiles({ "a.md": hello });
    events = (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"progress":0.2}\n\n');
      events = hangUp;
      setTimeout(() => response.destroy(), 20);
    };
    answers = [
      accepted,
      json(200, progress({ status: "running", progress: 0.3 })),
      json(200, progress({ status: "running", progress: 0.6 })),
      json(200, done({ created: 1 })),
    ];
    const { code, out } = await importFolder();
    expect(code).toBe(0);
    expect(out.split("\n").slice(0, 4)).toEqual(
      ["  0", " 20", " 30", " 60"].map((part) => `${part} %  importing 1 files`),
    );
  });

  it("follows the import until it ends and shows how far it is", async () => {
    await givenFiles({ "a.md": hello });
    answers = [
      accepted,
      json(200, progress({ status: "running", progress: 0.41 })),
      json(200, done({ unchanged: 1 })),
    ];
    const { code, out } = await importFolder();
    expect(code).toBe(0);
    expect(calls.slice(1).map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /v1/imports/${id}`,
      `GET /v1/imports/${id}`,
    ]);
    expect(out.split("\n").slice(0, 2)).toEqual([
      "  0 %  importing 1 files",
      " 40 %  importing 1 files",
    ]);
    expect(out).toMatch(/unchanged\s+1\n/);
  });

  it("draws a bar on a terminal", async () => {
    await givenFiles({ "a.md": hello });
    answers = [
      accepted,
      json(200, progress({ status: "running", progress: 0.5 })),
      json(200, done({})),
    ];
    const out = Object.assign(new PassThrough(), {
      isTTY: true,
      columns: 80,
      cursorTo: () => true,
    });
    await run([folder, "--url", origin()], { out }).catch(() => undefined);
    expect(String(out.read())).toContain("█");
  });

  it("reports by file what the server could not take and what could not be read, and sends the rest", async () => {
    await givenFiles({
      "good.md": hello,
      "open.md": "---\ntitle: x\n\nText",
      "yaml.md": "---\ntitle: x\nlist: [a, b\n---\nText",
      "twice.md": "---\ntitle: x\ntitle: y\n---\nText",
      "list.md": "---\n- a\n---\nText",
      "toml.md": "+++\ntitle = 'x'\ndate = nope\n+++\nText",
      "script.md": "---js\n{}\n---\nText",
      "bomb.md": `---\na: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
        .split("")
        .map(
          (name, index) =>
            `${name}: &${name} [${Array.from({ length: 9 }, () => `*${"abcdefg"[index]}`).join()}]`,
        )
        .join("\n")}\n---\n`,
      "latin1.md": Buffer.from("---\ntitle: Caf\xe9\n---\n", "latin1"),
    });
    const failures = [{ path: "good.md", code: "date_missing", reason: "There is no date." }];
    answers = [accepted, json(200, done({ failed: 1 }, failures))];
    const { code, out } = await importFolder();
    expect(code).toBe(1);
    expect(documents(calls[0])).toHaveLength(1);
    const line = (path: string): string =>
      out.split("\n").find((text) => text.includes(`  ${path}  `)) ?? "";
    expect(line("good.md")).toContain("date_missing  There is no date.");
    expect(line("open.md")).toContain("front_matter_broken  the --- on line 1 is never closed");
    expect(line("yaml.md")).toMatch(/front_matter_broken {2}line [34]: /);
    expect(line("twice.md")).toMatch(/front_matter_broken {2}line 3: .*unique/);
    expect(line("list.md")).toContain("front_matter_broken  it is not a list of fields");
    expect(line("toml.md")).toMatch(/front_matter_broken {2}line 3: /);
    expect(line("script.md")).toContain("front_matter_broken  front matter in js is not read");
    expect(line("bomb.md")).toContain("front_matter_broken");
    expect(line("latin1.md")).toContain("not_utf8");
    expect(out).toMatch(/failed\s+9\n/);
  });

  it("says how many failures are not in the list", async () => {
    await givenFiles({ "a.md": hello });
    const failures = [{ path: "a.md", code: "x", reason: "Y." }];
    answers = [accepted, json(200, done({ failed: 3 }, failures))];
    const { code, out } = await importFolder();
    expect(code).toBe(1);
    expect(out).toContain("  and 2 more\n");
  });

  it("fails when the import does, or is cancelled", async () => {
    await givenFiles({ "a.md": hello });
    answers = [
      accepted,
      json(200, progress({ status: "failed", error: { code: "x", message: "No room." } })),
    ];
    expect(await importFolder()).toMatchObject({
      code: 1,
      out: expect.stringContaining(`import ${id} failed: No room.`),
    });
    answers = [accepted, json(200, progress({ status: "cancelled" }))];
    expect(await importFolder()).toMatchObject({
      code: 1,
      out: expect.stringContaining("was cancelled"),
    });
  });

  it("follows a link to a file of the folder, and tells of one that leads out of it", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "imprint-elsewhere-"));
    await writeFile(join(elsewhere, "secret.md"), hello);
    await givenFiles({ "a.md": hello, "b/c.md": hello });
    await symlink(join(elsewhere, "secret.md"), join(folder, "b", "out.md"));
    await symlink(join("..", "a.md"), join(folder, "b", "in.md"));
    const { code, out } = await importFolder();
    await rm(elsewhere, { recursive: true });
    expect(documents(calls[0])).toMatchObject([
      { path: "a.md" },
      { path: "b/c.md" },
      { path: "b/in.md" },
    ]);
    expect(out).toContain("  b/out.md  outside_folder  ");
    expect(code).toBe(1);
  });

  it("sends nothing when nothing can be read", async () => {
    await givenFiles({ "a.md": "---\nnever closed" });
    const { code, out } = await importFolder();
    expect(code).toBe(1);
    expect(calls).toEqual([]);
    expect(out).toMatch(/failed\s+1\n/);
  });
});

describe("a connection that fails", () => {
  it("after the documents were sent, sends the same again under the same key", async () => {
    await givenFiles({ "a.md": hello });
    answers = [
      hangUp,
      json(503, {}),
      json(429, {}, { "retry-after": "1" }),
      accepted,
      hangUp,
      json(200, done({ created: 1 })),
    ];
    const { code, out } = await importFolder();
    expect(code).toBe(0);
    expect(out).toMatch(/created\s+1\n/);
    const posts = calls.filter(({ method }) => method === "POST");
    expect(posts).toHaveLength(4);
    expect(
      new Set(posts.map(({ body, headers }) => JSON.stringify([headers["idempotency-key"], body])))
        .size,
    ).toBe(1);
  });

  it("for good is one clear line", async () => {
    await givenFiles({ "a.md": hello });
    answers = [hangUp];
    const { code, err } = await importFolder();
    expect(code).toBe(1);
    expect(err).toMatch(/^import: the connection to http:\/\/127\.0\.0\.1:\d+ was lost \(\w+\)\n$/);
  });

  it("gives another run of the same files another key, and other files too", async () => {
    await givenFiles({ "a.md": hello });
    await importFolder();
    answers = [accepted, json(200, done({}))];
    await importFolder();
    const keys = calls
      .filter(({ method }) => method === "POST")
      .map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(keys).size).toBe(2);
  });
});

describe("one clear line and an exit code", () => {
  it.each([
    ["a token nobody knows", json(401, {}), /IMPRINT_TOKEN is not valid/],
    ["somebody who may not import", json(403, {}), /may not import/],
    ["another site", json(200, { hello: 1 }), /is not Imprint; check --url/],
    [
      "a page",
      (_: Call, response: ServerResponse) => response.end("<html>"),
      /is not Imprint; check --url/,
    ],
    ["nothing there", json(404, { detail: "x" }), /is not Imprint; check --url \(404\)/],
    [
      "a redirect",
      json(308, {}, { location: "https://x.test/" }),
      /redirects to https:\/\/x\.test\/; check --url/,
    ],
    [
      "too much",
      json(413, { title: "Too large", detail: "At most\n1 byte." }),
      /refused with 413: At most 1 byte\./,
    ],
    ["an answer of another shape", json(202, { id: 1 }), /is not Imprint/],
  ] satisfies [string, Answer, RegExp][])("for %s", async (_, answer, message) => {
    await givenFiles({ "a.md": hello });
    answers = [answer];
    const { code, err } = await importFolder();
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(err).toMatch(/^import: [^\n]+\n$/);
    expect(calls).toHaveLength(1);
  });

  it("for a server that is not running", async () => {
    await givenFiles({ "a.md": hello });
    const url = origin();
    await new Promise((resolve) => server.close(resolve));
    const { code, err } = await run([folder, "--url", url]);
    expect(code).toBe(1);
    expect(err).toBe(`import: nobody answers at ${url}; is Imprint running there?\n`);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  it.each([
    ["no folder", [], {}, /name a folder/],
    ["two folders", ["a", "b"], {}, /one folder at a time/],
    ["an unknown option", ["a", "--fast"], {}, /--fast/],
    ["no web address", ["a", "--url", "ftp://x"], {}, /not an http address/],
    ["no token", ["."], { environment: {} }, /set IMPRINT_TOKEN/],
    [
      "a folder that is not there",
      ["/no/such/folder"],
      {},
      /there is no folder \/no\/such\/folder/,
    ],
    ["a file", ["package.json"], {}, /is not a folder/],
  ] satisfies [string, string[], Partial<Surroundings>, RegExp][])(
    "for a command with %s",
    async (_, args, over, message) => {
      const { code, err, out } = await run(args, over);
      expect(code).toBe(2);
      expect(err).toMatch(message);
      expect(err).toMatch(/^import: [^\n]+\n$/);
      expect(out).toBe("");
    },
  );

  it("for a folder without Markdown", async () => {
    const { code, err } = await importFolder();
    expect(code).toBe(1);
    expect(err).toContain("there is no Markdown in");
  });
});

describe("a dry run", () => {
  it("checks everything as the server would and sends nothing, without a token", async () => {
    await givenFiles({
      "a.md": hello,
      "draft.md": "---\ntitle: x\ndraft: true\n---\n",
      "index.md": "---\ntitle: Blog\nlayout: blog-category\n---\n",
      "undated.md": "---\ntitle: x\n---\n",
      "open.md": "---\n",
    });
    const { code, out } = await run([folder, "--dry-run", "--url", origin()], { environment: {} });
    expect(code).toBe(1);
    expect(calls).toEqual([]);
    expect(out).toMatch(/undated\.md {2}date_missing/);
    expect(out).toMatch(/posts\s+2\n\s+pages\s+1\n\s+drafts\s+2\n\s+failed\s+2\n$/);
  });
});

describe("the command", () => {
  const start = (...args: string[]) =>
    new Promise<{ code: number | null; out: string }>((resolve) => {
      const child = spawn(process.execPath, ["local/import.ts", ...args], {
        env: { ...process.env, IMPRINT_TOKEN: "secret-token" },
      });
      let out = "";
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      child.on("close", (code) => resolve({ code, out }));
    });

  it("explains itself", async () => {
    expect(await start("--help")).toMatchObject({
      code: 0,
      out: expect.stringContaining("npm run import -- FOLDER"),
    });
  });

  it("imports a folder", async () => {
    await givenFiles({ "a.md": hello });
    answers = [accepted, json(200, done({ created: 1 }))];
    const { code, out } = await start(folder, "--url", origin());
    expect(code).toBe(0);
    expect(out).toMatch(/created\s+1\n/);
  });
});

describe("npm run import -- --pictures", () => {
  const address = "https://cms.example/media/0a.png";
  const media = (over: object) => ({ id, status: "processing", url: null, error: null, ...over });
  const post = (text: string): string => `---\ntitle: A\ndate: 2026-11-23\n---\n${text}`;

  it("uploads what documents show from beside them, once, and sends the new addresses", async () => {
    await givenFiles({
      "a/one.md": post(
        "![A](pic%20a.png) <img alt src='./pic%20a.png'>\n```\n![A](pic%20a.png)\n```\n",
      ),
      "a/pic a.png": "bytes",
      "two.md": post(
        "![b][r] ![](https://x.example/y.png) ![](gone.png) ![](/a.png)\n\n[r]: a/pic%20a.png",
      ),
    });
    answers = [
      json(201, media({})),
      json(200, media({})),
      json(200, media({ status: "ready", url: address })),
      accepted,
      json(200, done({ created: 2 })),
    ];
    const { code } = await importFolder("--pictures");
    expect(code).toBe(0);
    const [upload, , , sent] = calls;
    expect(upload).toMatchObject({ method: "POST", url: "/v1/media" });
    expect(upload?.headers["idempotency-key"]).toMatch(/^picture-[0-9a-f]{64}$/);
    expect(upload?.body).toContain('filename="pic a.png"');
    expect(sent?.url).toBe("/v1/imports?pictures=true");
    expect(documents(sent)).toMatchObject([
      {
        markdown: `![A](${address}) <img alt src='${address}'>\n\`\`\`\n![A](pic%20a.png)\n\`\`\`\n`,
      },
      {
        markdown: `![b][r] ![](https://x.example/y.png) ![](gone.png) ![](/a.png)\n\n[r]: ${address}`,
      },
    ]);
  });

  it("sends a document as it is when its picture is not taken, and says so", async () => {
    await givenFiles({ "one.md": post("![A](a.png) ![B](b.png)"), "a.png": "no", "b.png": "less" });
    const problem = { title: "File type not taken", detail: "It is of no kind." };
    const error = { code: "file_truncated", message: "It ends too early." };
    answers = [
      json(415, problem),
      json(201, media({})),
      json(200, media({ status: "failed", error })),
      accepted,
      json(200, done({ created: 1 })),
    ];
    const { code, out } = await importFolder("--pictures");
    expect(code).toBe(1);
    expect(out).toMatch(/a\.png  picture_refused  .*It is of no kind/);
    expect(out).toContain("b.png  file_truncated  It ends too early.");
    expect(documents(calls[3])).toMatchObject([{ markdown: "![A](a.png) ![B](b.png)" }]);
  });

  it("imports nothing when pictures may not be uploaded", async () => {
    await givenFiles({ "one.md": post("![A](a.png)"), "a.png": "bytes" });
    answers = [json(403, { title: "Permission denied", detail: "No." })];
    const { code, err } = await importFolder("--pictures");
    expect(code).toBe(1);
    expect(err).toContain("may not upload pictures (403)");
    expect(calls).toHaveLength(1);
  });

  it("takes no file from outside the folder, by no way there", async () => {
    const outside = await mkdtemp(join(tmpdir(), "imprint-outside-"));
    try {
      await writeFile(join(outside, "x.png"), "secret");
      await givenFiles({ "one.md": post(`![A](../${basename(outside)}/x.png) ![B](link.png)`) });
      await symlink(join(outside, "x.png"), join(folder, "link.png"));
      const { code, out } = await importFolder("--pictures");
      expect(code).toBe(1);
      expect(out.match(/outside_folder/g)).toHaveLength(2);
      expect(calls.filter(({ url }) => url === "/v1/media")).toEqual([]);
    } finally {
      await rm(outside, { recursive: true, force: true });
    }
  });
});
