import type { Mail } from "./outbox.ts";

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
  article { border: 1px solid #8886; border-radius: .5rem; padding: 1rem 1.25rem; margin: 1rem 0; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 0 0 .25rem; }
  p.meta { margin: 0 0 .75rem; opacity: .7; font-size: .875rem; }
  pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
  details pre { font: 13px/1.45 ui-monospace, monospace; } summary { margin-top: .75rem; opacity: .7; }
  iframe { width: 100%; height: 36rem; margin-top: .5rem; border: 1px solid #8886; resize: both; background: #fff; }
`;

/**
 * The outbox as a page: the mails in the given order, every character of them shown as text. Their HTML is
 * in frames of its own, which load when they are opened and can do nothing.
 */
export function mailPage(mails: readonly Mail[], total: number): string {
  const body = mails.length > 0 ? mails.map(mailArticle).join("\n") : "<p>No mail yet.</p>";
  const rest =
    total > mails.length ? `<p class="meta">And ${total - mails.length} older ones.</p>` : "";
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mail (${total})</title>
<style>${style}</style>
<h1>Mail</h1>
<p class="meta">Imprint sends no mail from this machine. What it would have sent is here, newest first.</p>
${body}
${rest}
</html>
`;
}

function mailArticle(mail: Mail): string {
  const headers = Object.entries(mail.headers).map(([name, value]) => `${name}: ${value}`);
  const replyTo = mail.replyTo === null ? "" : ` · replies to ${escape(mail.replyTo)}`;
  const files = mail.attachments.map(
    ({ name, type, size }) => `<p class="meta">${escape(`${name} (${type}, ${size} bytes)`)}</p>`,
  );
  return `<article id="mail-${mail.id}">
<h2>${escape(mail.subject)}</h2>
<p class="meta">To ${escape(mail.to)} · from ${escape(mail.from)}${replyTo} · <time>${escape(mail.receivedAt)}</time></p>
<pre>${linked(mail.text)}</pre>
${files.join("\n")}
${mail.html === "" ? "" : htmlDetails(mail)}
${details("Headers", headers.join("\n"))}
${details("HTML as text", mail.html.trim())}
</article>`;
}

function htmlDetails({ id }: Mail): string {
  return `<details><summary>As HTML</summary><iframe src="/mail/${id}.html" title="The mail as HTML" loading="lazy" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe></details>`;
}

function details(summary: string, text: string): string {
  return text === "" ? "" : `<details><summary>${summary}</summary>${pre(text)}</details>`;
}

function pre(text: string): string {
  return `<pre>${escape(text)}</pre>`;
}

/** Splits before escaping, so that an address in a link is exactly the address in the mail. */
function linked(text: string): string {
  const parts = text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/u);
  return parts
    .map((part, index) =>
      index % 2 === 0
        ? escape(part)
        : `<a href="${escape(part)}" rel="noreferrer">${escape(part)}</a>`,
    )
    .join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => entities[character] ?? character);
}
