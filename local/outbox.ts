import { appendFileSync, existsSync, readFileSync } from "node:fs";

import { addressOf, readBody, send, sendJson } from "./http.ts";
import type { Handler } from "./http.ts";
import { mailPage } from "./mail-page.ts";

/** A mail as it was handed over, with the moment it arrived. */
export interface Mail {
  /** Counts up from 1 in the order of arrival. */
  readonly id: number;
  readonly receivedAt: string;
  /** The `Idempotency-Key` it came with: a mail that comes twice under one key is one mail. */
  readonly key: string | null;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const limitBytes = 5 * 1024 * 1024;

/**
 * Takes mails instead of sending them: `POST /mail` with `{from, to, subject, text, html, headers}` answers
 * 202 (and is recorded once for each `Idempotency-Key`), `GET /mail` is a page to read them, newest first, and `GET /mail.json` the same as
 * `{ "data": [...] }`, where `?to=ADDRESS` leaves out everyone else's.
 *
 * @param file keeps them across restarts, one JSON line each; null keeps them in memory only.
 */
export function createOutbox(file: string | null): Handler {
  const mails: Mail[] = file !== null && existsSync(file) ? readMails(file) : [];
  const record = (mail: Mail): void => {
    mails.push(mail);
    if (file !== null) appendFileSync(file, `${JSON.stringify(mail)}\n`, { mode: 0o600 });
  };
  return async (request, response) => {
    const { pathname, searchParams } = addressOf(request);
    if (pathname !== "/mail" && pathname !== "/mail.json") return false;
    if (request.method === "POST") {
      const key = request.headers["idempotency-key"]?.toString() ?? null;
      const body = await readBody(request, limitBytes);
      const known = mails.find((mail) => key !== null && mail.key === key);
      const mail = known ?? (body && readMail(body, mails.length + 1, key));
      if (mail && !known) record(mail);
      if (mail) sendJson(response, 202, { id: mail.id });
      else sendJson(response, 400, { message: "not a mail: from, to and subject are required" });
      return true;
    }
    const to = searchParams.get("to");
    const shown = mails.filter((mail) => to === null || mail.to === to).toReversed();
    if (pathname === "/mail.json") sendJson(response, 200, { data: shown });
    else send(response, 200, "text/html", mailPage(shown));
    return true;
  };
}

function readMails(file: string): Mail[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line): Mail[] => {
    try {
      return line === "" ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

function readMail(body: Buffer, id: number, key: string | null): Mail | null {
  try {
    const value: Record<string, unknown> = JSON.parse(body.toString("utf8"));
    const { from, to, subject } = value;
    if (typeof subject !== "string" || !from || !to) return null;
    return {
      id,
      receivedAt: new Date().toISOString(),
      key,
      from: addressText(from),
      to: addressText(to),
      subject,
      text: typeof value["text"] === "string" ? value["text"] : "",
      html: typeof value["html"] === "string" ? value["html"] : "",
      headers: headersOf(value["headers"]),
    };
  } catch {
    return null;
  }
}

/** An address is a string, `{ email, name }`, or a list of either. */
function addressText(value: unknown): string {
  if (Array.isArray(value)) return value.map(addressText).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  const { email, name } = value as { email?: unknown; name?: unknown };
  return typeof name === "string" && name !== "" ? `${name} <${String(email)}>` : String(email);
}

function headersOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
