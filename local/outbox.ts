import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";

import { addressOf, readBody, send, sendJson } from "./http.ts";
import type { Handler } from "./http.ts";
import { mailPage } from "./mail-page.ts";
import { refusalOf } from "./outbox-rules.ts";

/** A mail as it was handed over, with the moment it arrived. */
export interface Mail {
  /** Counts up from 1 in the order of arrival. */
  readonly id: number;
  readonly receivedAt: string;
  /** The `Idempotency-Key` it came with: mails that come twice under one are taken once. Or its `X-Batch-Key`. */
  readonly key: string | null;
  /** Digest of the whole request, and the mail's place in it: the same key with another request is refused. */
  readonly digest: string | null;
  readonly index: number;
  readonly from: string;
  readonly replyTo: string | null;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly {
    readonly name: string;
    readonly type: string;
    readonly size: number;
  }[];
}

const limitBytes = 64 * 1024 * 1024;
const mostMails = 100;
/** A page of more would be no use to anybody. */
const shownMails = 100;

/**
 * Takes mails instead of sending them, refuses what providers would, and shows the rest.
 *
 * `POST /mail` with `{from, to, subject, text, html, headers, replyTo, attachments}` answers 202, or 400
 * with a `code`; `POST /mail/batch` with `{"mails": […]}` answers 202 with `{"data": [{id} or {error}]}`.
 * An `Idempotency-Key` makes either harmless to repeat; with another body it answers 409. With an
 * `X-Batch-Key` it does neither, and that is only for being looked for. `GET /mail` is a
 * page to read them, newest first, and `GET /mail.json` the same as `{ "data": [...] }`, where `?to=ADDRESS`
 * and `?key=KEY` leave out the others.
 *
 * @param file keeps them across restarts, one JSON line each; null keeps them in memory only.
 */
export function createOutbox(file: string | null): Handler {
  const box = new Box(file);
  return async (request, response) => {
    const { pathname, searchParams } = addressOf(request);
    const page = /^\/mail\/(\d+)\.html$/u.exec(pathname)?.[1];
    if (page !== undefined) return show(response, box.mails[Number(page) - 1]);
    if (!["/mail", "/mail.json", "/mail/batch"].includes(pathname)) return false;
    if (request.method === "POST") return take(box, request, response, pathname === "/mail/batch");
    const [to, key] = [searchParams.get("to"), searchParams.get("key")];
    const asked = key === null ? box.mails : box.under(key);
    const found = asked.filter((mail) => to === null || mail.to === to).toReversed();
    if (pathname === "/mail.json") sendJson(response, 200, { data: found });
    else send(response, 200, "text/html", mailPage(found.slice(0, shownMails), found.length));
    return true;
  };
}

/** The HTML of a mail as a reader would see it, in a frame that can do nothing. */
function show(response: ServerResponse, mail: Mail | undefined): boolean {
  if (!mail) return false;
  response.setHeader(
    "content-security-policy",
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src * data:; style-src 'unsafe-inline'",
  );
  const base = '<base target="_blank">';
  const html = mail.html.replace(/<head[^>]*>/iu, (head) => `${head}${base}`);
  send(response, 200, "text/html", html === mail.html ? `${base}${html}` : html);
  return true;
}

async function take(
  box: Box,
  request: IncomingMessage,
  response: ServerResponse,
  isBatch: boolean,
): Promise<true> {
  const key = request.headers["idempotency-key"]?.toString() ?? null;
  const body = await readBody(request, limitBytes);
  const mails = body && readMails(body, isBatch);
  if (!body || !mails) {
    sendJson(response, 400, {
      code: "E_VALIDATION_ERROR",
      message: "not a mail, nor a list of at most 100",
    });
    return true;
  }
  const digest = createHash("sha256").update(body).digest("hex");
  const tag = request.headers["x-batch-key"]?.toString() ?? null;
  const known = key === null || tag !== null ? [] : box.under(key);
  if (known.some((mail) => mail.digest !== digest)) {
    sendJson(response, 409, {
      code: "E_KEY_REUSED",
      message: "the key came with other mails before",
    });
    return true;
  }
  const answers = mails.map((mail, index) => {
    const refusal = refusalOf(mail);
    if (refusal) return { error: refusal.code, message: refusal.message };
    const before = known.find((each) => each.index === index);
    return { id: (before ?? box.add(mail, { key: tag ?? key, digest, index })).id };
  });
  const [first] = answers;
  if (isBatch) sendJson(response, 202, { data: answers });
  else if (first && "error" in first) {
    sendJson(response, 400, { code: first.error, message: first.message });
  } else sendJson(response, 202, first);
  return true;
}

/** What arrived. */
class Box {
  readonly mails: Mail[];
  readonly #file: string | null;
  readonly #byKey = new Map<string, Mail[]>();

  constructor(file: string | null) {
    this.#file = file;
    this.mails = file !== null && existsSync(file) ? readFile(file) : [];
    for (const mail of this.mails) this.#remember(mail);
  }

  under(key: string): readonly Mail[] {
    return this.#byKey.get(key) ?? [];
  }

  add(value: Record<string, unknown>, request: Pick<Mail, "key" | "digest" | "index">): Mail {
    const mail: Mail = {
      ...request,
      id: this.mails.length + 1,
      receivedAt: new Date().toISOString(),
      from: addressText(value["from"]),
      replyTo: value["replyTo"] ? addressText(value["replyTo"]) : null,
      to: addressText(value["to"]),
      subject: String(value["subject"]),
      text: textOf(value["text"]),
      html: textOf(value["html"]),
      headers: headersOf(value["headers"]),
      attachments: attachmentsOf(value["attachments"]),
    };
    this.mails.push(mail);
    this.#remember(mail);
    if (this.#file !== null) {
      appendFileSync(this.#file, `${JSON.stringify(mail)}\n`, { mode: 0o600 });
    }
    return mail;
  }

  #remember(mail: Mail): void {
    if (mail.key === null) return;
    const others = this.#byKey.get(mail.key);
    if (others) others.push(mail);
    else this.#byKey.set(mail.key, [mail]);
  }
}

function readFile(file: string): Mail[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const mails = lines.flatMap((line): Mail[] => {
    try {
      const blank = { digest: null, index: 0, replyTo: null, attachments: [] };
      return line === "" ? [] : [{ ...blank, ...JSON.parse(line) }];
    } catch {
      return [];
    }
  });
  return mails.map((mail, index) => ({ ...mail, id: index + 1 }));
}

/** @returns null for what is neither a mail nor a list of them. */
function readMails(body: Buffer, isBatch: boolean): Record<string, unknown>[] | null {
  try {
    const value: { mails?: unknown } = JSON.parse(body.toString("utf8"));
    const mails: unknown[] = isBatch ? (Array.isArray(value.mails) ? value.mails : []) : [value];
    const isWhole = mails.length > 0 && mails.length <= mostMails && mails.every(isObject);
    return isWhole ? mails.filter(isObject) : null;
  } catch {
    return null;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An address is a string, `{ email, name }`, or a list of either. */
function addressText(value: unknown): string {
  if (Array.isArray(value)) return value.map(addressText).join(", ");
  if (!isObject(value)) return String(value);
  const { email, name } = value;
  return typeof name === "string" && name !== "" ? `${name} <${String(email)}>` : String(email);
}

function headersOf(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}

function attachmentsOf(value: unknown): Mail["attachments"] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map(({ filename, type, content }) => ({
    name: String(filename),
    type: String(type),
    size: Buffer.byteLength(String(content), "base64"),
  }));
}
