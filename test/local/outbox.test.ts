import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { serve } from "#local/http";
import type { LocalServer } from "#local/http";
import { createOutbox } from "#local/outbox";

let folder: string;
let server: LocalServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imprint-outbox-"));
  server = await serve([createOutbox(join(folder, "mail.jsonl"))]);
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const send = (mail: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.origin}/mail`, {
    method: "POST",
    headers,
    body: JSON.stringify({
      from: "us@example.com",
      to: "you@example.com",
      text: "Hello.",
      ...mail,
    }),
  });

const page = async (): Promise<string> => (await fetch(`${server.origin}/mail`)).text();

const subjects = async (query = ""): Promise<string[]> => {
  const response = await fetch(`${server.origin}/mail.json${query}`);
  const { data }: { data: { subject: string }[] } = JSON.parse(await response.text());
  return data.map(({ subject }) => subject);
};

it("shows nothing of a mail as anything but text, except its links", async () => {
  const attack = `<script>alert("x")</script>'`;
  await send({
    to: { email: "you@example.com", name: attack },
    subject: attack,
    text: `${attack} https://example.com/?a=1&b=2"onclick=alert(1) javascript:alert(1)`,
    html: `<img src=x onerror=alert(1)>`,
    headers: { "X-Note": attack },
  });
  const html = await page();
  expect(html).not.toMatch(/<script|<img|<[^>]*\sonclick/iu);
  expect(html.match(/<a [^>]*>/gu)).toEqual([
    '<a href="https://example.com/?a=1&amp;b=2" rel="noreferrer">',
  ]);
});

it("leaves out of a link what belongs to the sentence around it", async () => {
  await send({
    subject: "Links",
    text: "At Imprint (https://example.com/a). Or https://example.com/b?c=d, see?",
  });
  const html = await page();
  expect(html.match(/href="https:[^"]*"/gu)).toEqual([
    'href="https://example.com/a"',
    'href="https://example.com/b?c=d"',
  ]);
});

it("lists mails newest first, on request only those to one address, and keeps them across a restart", async () => {
  await send({ subject: "first" });
  await send({ subject: "second", to: { email: "other@example.com", name: "Other" } });
  await send({ subject: "third" });
  expect(await subjects()).toEqual(["third", "second", "first"]);
  expect(await subjects("?to=you@example.com")).toEqual(["third", "first"]);
  await server.stop();
  server = await serve([createOutbox(join(folder, "mail.jsonl"))]);
  expect(await subjects()).toEqual(["third", "second", "first"]);
});

it("records a mail that comes twice under one key once", async () => {
  const answers = [
    await send({ subject: "same" }, { "idempotency-key": "k1" }),
    await send({ subject: "same" }, { "idempotency-key": "k1" }),
    await send({ subject: "same" }, { "idempotency-key": "k2" }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(await subjects()).toEqual(["same", "same"]);
});

it("refuses another mail under a key that is taken, also after a restart", async () => {
  await send({ subject: "same" }, { "idempotency-key": "k1" });
  expect((await send({ subject: "other" }, { "idempotency-key": "k1" })).status).toBe(409);
  await server.stop();
  server = await serve([createOutbox(join(folder, "mail.jsonl"))]);
  expect((await send({ subject: "other" }, { "idempotency-key": "k1" })).status).toBe(409);
  expect((await send({ subject: "same" }, { "idempotency-key": "k1" })).status).toBe(202);
  expect(await subjects()).toEqual(["same"]);
});

it("takes a batch once, says what it refuses of it, and finds it by its key", async () => {
  const mail = { from: "us@example.com", subject: "s", text: "t" };
  const mails = ["a@example.com", "not an address", "b@example.com"].map((to) => ({ ...mail, to }));
  const post = () =>
    fetch(`${server.origin}/mail/batch`, {
      method: "POST",
      headers: { "idempotency-key": "batch" },
      body: JSON.stringify({ mails }),
    });
  const [once, twice] = [await (await post()).json(), await (await post()).json()];
  expect(once).toEqual({
    data: [{ id: 1 }, expect.objectContaining({ error: "E_VALIDATION_ERROR" }), { id: 2 }],
  });
  expect(twice).toEqual(once);
  expect(await subjects("?key=batch")).toEqual(["s", "s"]);
  expect(await subjects("?key=other")).toEqual([]);
});

const long = "x".repeat(3000);
const refused: readonly (readonly [string, object, string])[] = [
  ["nobody to send to", { to: [] }, "E_FIELD_MISSING"],
  [
    "51 recipients",
    { to: Array.from({ length: 51 }, (_n, i) => `r${i}@example.com`) },
    "E_TOO_MANY_RECIPIENTS",
  ],
  [
    "50 recipients and a copy",
    { to: Array.from({ length: 50 }, (_n, i) => `r${i}@example.com`), cc: ["c@example.com"] },
    "E_TOO_MANY_RECIPIENTS",
  ],
  ["an address without a domain", { to: "somebody" }, "E_VALIDATION_ERROR"],
  ["an address of two lines", { to: "a@example.com\r\nBcc: b@example.com" }, "E_VALIDATION_ERROR"],
  ["a reply address that is none", { replyTo: "nobody" }, "E_VALIDATION_ERROR"],
  ["no subject", { subject: "" }, "E_FIELD_MISSING"],
  ["a subject of two lines", { subject: "a\nBcc: b@example.com" }, "E_VALIDATION_ERROR"],
  ["neither text nor HTML", { text: "" }, "E_FIELD_MISSING"],
  ["a header that providers write", { headers: { "Message-ID": "<a@b>" } }, "E_HEADER_NOT_ALLOWED"],
  [
    "a header of their own invention",
    { headers: { "Feedback-ID": "a:b" } },
    "E_HEADER_NOT_ALLOWED",
  ],
  [
    "a header of two lines",
    { headers: { "X-A": "a\r\nBcc: b@example.com" } },
    "E_VALIDATION_ERROR",
  ],
  ["a header that is too long", { headers: { "X-A": long } }, "E_VALIDATION_ERROR"],
  [
    "headers that are too long together",
    {
      headers: Object.fromEntries(
        Array.from({ length: 12 }, (_n, i) => [`X-${i}`, "x".repeat(1500)]),
      ),
    },
    "E_VALIDATION_ERROR",
  ],
  [
    "an unsubscribe address without a lock",
    { headers: { "List-Unsubscribe": "<http://example.com/u>" } },
    "E_VALIDATION_ERROR",
  ],
  [
    "an unsubscribe address without brackets",
    { headers: { "List-Unsubscribe": "https://example.com/u" } },
    "E_VALIDATION_ERROR",
  ],
  [
    "another one-click value",
    { headers: { "List-Unsubscribe-Post": "yes" } },
    "E_VALIDATION_ERROR",
  ],
  ["more than 5 MiB", { text: "x".repeat(5 * 1024 * 1024 + 1) }, "E_CONTENT_TOO_LARGE"],
  ["an attachment without a name", { attachments: [{ content: "aGk=" }] }, "E_VALIDATION_ERROR"],
];

it.each(refused)("refuses what a provider would: %s", async (_what, mail, code) => {
  const answer = await send({ subject: "s", ...mail });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code });
  expect(await subjects()).toEqual([]);
});

it("takes what a provider would take", async () => {
  const answer = await send({
    subject: "s",
    from: "The Tide <us@example.com>",
    replyTo: "editors@example.com",
    html: "<p>Hello.</p>",
    headers: {
      "List-Unsubscribe": "<https://example.com/u?token=x>",
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "List-Id": "The Tide <weekly.example.com>",
      Precedence: "bulk",
      "X-Feedback-ID": "a:b:c",
    },
    attachments: [{ filename: "a.pdf", type: "application/pdf", content: "aGVsbG8=" }],
  });
  expect(answer.status).toBe(202);
  expect(await page()).toContain("a.pdf (application/pdf, 5 bytes)");
});

it("shows the HTML of a mail in a frame that can do nothing", async () => {
  await send({ subject: "s", html: "<p>Hi <script>alert(1)</script></p>" });
  expect(await page()).toContain('src="/mail/1.html"');
  expect(await page()).toMatch(/<iframe [^>]*sandbox="[^"]*"/u);
  const frame = await fetch(`${server.origin}/mail/1.html`);
  expect(frame.headers.get("content-security-policy")).toMatch(
    /^sandbox (?!.*allow-(?:scripts|same-origin))/u,
  );
  expect(await frame.text()).toContain("<p>Hi");
  expect((await fetch(`${server.origin}/mail/2.html`)).status).toBe(404);
});

it("refuses what is not a mail, and a browser that was sent here under another name", async () => {
  expect((await fetch(`${server.origin}/mail`, { method: "POST", body: "{" })).status).toBe(400);
  expect((await send({ subject: 1 })).status).toBe(400);
  const { hostname, port } = new URL(server.origin);
  const { status } = await new Promise<{ status: number | undefined }>((resolve, reject) => {
    const headers = { host: `rebound.example:${port}` };
    request({ hostname, port, path: "/mail", headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode });
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(403);
});
