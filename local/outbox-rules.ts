// What providers refuse, so that a mail which goes well here goes well there. The limits and the names of
// the errors are those of Cloudflare's Email Service; Resend's are wider.

/** Why a mail is not taken. */
export interface MailRefusal {
  readonly code:
    | "E_FIELD_MISSING"
    | "E_VALIDATION_ERROR"
    | "E_TOO_MANY_RECIPIENTS"
    | "E_HEADER_NOT_ALLOWED"
    | "E_CONTENT_TOO_LARGE";
  readonly message: string;
}

const MOST_RECIPIENTS = 50;
const MOST_BYTES = 5 * 1024 * 1024;
const MOST_HEADERS = 20;
const MOST_HEADER_BYTES = 2048;
const MOST_HEADERS_BYTES = 16 * 1024;
/** RFC 5322, section 2.1.1. */
const LONGEST_LINE = 998;

const allowedHeaders = new Set([
  "list-unsubscribe",
  "list-unsubscribe-post",
  "list-id",
  "precedence",
  "auto-submitted",
  "in-reply-to",
  "references",
]);

const refuse = (code: MailRefusal["code"], message: string): MailRefusal => ({ code, message });

/** The first thing that a provider would refuse about a mail; null for one that it would take. */
export function refusalOf(mail: Readonly<Record<string, unknown>>): MailRefusal | null {
  return (
    addressRefusal(mail) ??
    contentRefusal(mail) ??
    headersRefusal(mail["headers"] ?? {}) ??
    sizeRefusal(mail)
  );
}

function addressRefusal({ from, to, cc, bcc, replyTo }: Readonly<Record<string, unknown>>) {
  if (!from || !to) return refuse("E_FIELD_MISSING", "from and to are required");
  const recipients = [to, cc ?? [], bcc ?? []].flat();
  if (recipients.length === 0) return refuse("E_FIELD_MISSING", "to is empty");
  if (recipients.length > MOST_RECIPIENTS) {
    return refuse("E_TOO_MANY_RECIPIENTS", `more than ${MOST_RECIPIENTS} recipients`);
  }
  const wrong = [from, ...recipients, ...(replyTo ? [replyTo] : [])].some(
    (each) => !isAddress(each),
  );
  return wrong ? refuse("E_VALIDATION_ERROR", "an address is not valid") : null;
}

/** An address alone, `Name <address>`, or `{ email, name }`. */
function isAddress(value: unknown): boolean {
  if (typeof value === "object" && value !== null) {
    const { email, name = "" } = value as { email?: unknown; name?: unknown };
    return typeof email === "string" && isMailbox(email) && isOneLine(name);
  }
  if (typeof value !== "string" || !isOneLine(value)) return false;
  const named = /^[^<>]*<([^<>]+)>$/u.exec(value);
  return isMailbox(named?.[1] ?? value);
}

const isMailbox = (text: string): boolean =>
  text.length <= 254 &&
  /^[^\s@<>"(),:;\\[\]]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,}$/u.test(
    text,
  );

const isOneLine = (text: unknown): boolean =>
  typeof text === "string" && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);

function contentRefusal({ subject, text, html }: Readonly<Record<string, unknown>>) {
  if (typeof subject !== "string" || subject === "") {
    return refuse("E_FIELD_MISSING", "subject is required");
  }
  if (!isOneLine(subject) || subject.length > LONGEST_LINE) {
    return refuse("E_VALIDATION_ERROR", "subject is not one line");
  }
  const bodies = [text, html].filter((body) => body !== undefined && body !== "");
  if (bodies.length === 0) return refuse("E_FIELD_MISSING", "text or html is required");
  const isText = bodies.every((body) => typeof body === "string");
  return isText ? null : refuse("E_VALIDATION_ERROR", "text and html are texts");
}

function headersRefusal(headers: unknown): MailRefusal | null {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    return refuse("E_VALIDATION_ERROR", "headers is an object");
  }
  const entries = Object.entries(headers);
  let bytes = 0;
  for (const [name, value] of entries) {
    const refusal = headerRefusal(name, value);
    if (refusal) return refusal;
    bytes += Buffer.byteLength(`${name}: ${String(value)}\r\n`);
  }
  const known = entries.filter(([name]) => !/^x-/iu.test(name));
  if (known.length > MOST_HEADERS || bytes > MOST_HEADERS_BYTES) {
    return refuse("E_VALIDATION_ERROR", "too many headers");
  }
  return null;
}

function headerRefusal(name: string, value: unknown): MailRefusal | null {
  const lower = name.toLowerCase();
  if (!/^x-[\w-]+$/u.test(lower) && !allowedHeaders.has(lower)) {
    return refuse("E_HEADER_NOT_ALLOWED", `the header ${name} is not allowed`);
  }
  if (typeof value !== "string" || value === "" || !/^[\t\x20-\x7e]+$/u.test(value)) {
    return refuse("E_VALIDATION_ERROR", `the header ${name} is not printable ASCII`);
  }
  if (Buffer.byteLength(value) > MOST_HEADER_BYTES) {
    return refuse("E_VALIDATION_ERROR", `the header ${name} is too long`);
  }
  if (lower === "list-unsubscribe-post" && value !== "List-Unsubscribe=One-Click") {
    return refuse("E_VALIDATION_ERROR", "List-Unsubscribe-Post has one value (RFC 8058)");
  }
  const isUnsubscribe =
    /^<(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1)[:/]|mailto:)[^<>\s]+>(?:\s*,\s*<(?:https:\/\/|mailto:)[^<>\s]+>)*$/u;
  if (lower === "list-unsubscribe" && !isUnsubscribe.test(value)) {
    return refuse("E_VALIDATION_ERROR", "List-Unsubscribe is not <https://…> or <mailto:…>");
  }
  return null;
}

function sizeRefusal({ subject, text, html, attachments }: Readonly<Record<string, unknown>>) {
  const sizes = [subject, text, html].map((part) =>
    Buffer.byteLength(typeof part === "string" ? part : ""),
  );
  const files = Array.isArray(attachments) ? attachments : [];
  for (const file of files as { filename?: unknown; content?: unknown }[]) {
    if (typeof file?.filename !== "string" || typeof file.content !== "string") {
      return refuse("E_VALIDATION_ERROR", "an attachment has a filename and its content in base64");
    }
    sizes.push(file.content.length);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return total > MOST_BYTES ? refuse("E_CONTENT_TOO_LARGE", "a mail has at most 5 MiB") : null;
}
