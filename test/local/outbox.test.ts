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
    body: JSON.stringify({ from: "us@example.com", to: "you@example.com", ...mail }),
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
    to: attack,
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
