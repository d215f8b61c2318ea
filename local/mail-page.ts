import type { Mail } from "./outbox.ts";

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
  article { border: 1px solid #8886; border-radius: .5rem; padding: 1rem 1.25rem; margin: 1rem 0; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 0 0 .25rem; }
  p.meta { margin: 0 0 .75rem; opacity: .7; font-size: .875rem; }
  pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
  details pre { font: 13px/1.45 ui-monospace, monospace; } summary { margin-top: .75rem; opacity: .7; }
`;

/** The outbox as a page: the mails in the given order, every character of them shown as text. */
export function mailPage(mails: readonly Mail[]): string {
  const body = mails.length > 0 ? mails.map(mailArticle).join("\n") : "<p>No mail yet.</p>";
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mail (${mails.length})</title>
<style>${style}</style>
<h1>Mail</h1>
<p class="meta">Imprint sends no mail from this machine. What it would have sent is here, newest first.</p>
${body}
</html>
`;
}

function mailArticle(mail: Mail): string {
  const headers = Object.entries(mail.headers).map(([name, value]) => `${name}: ${value}`);
  const source = [...headers, "", mail.html].join("\n").trim();
  const details = source
    ? `<details><summary>Headers and HTML</summary>${pre(source)}</details>`
    : "";
  return `<article id="mail-${mail.id}">
<h2>${escape(mail.subject)}</h2>
<p class="meta">To ${escape(mail.to)} · from ${escape(mail.from)} · <time>${escape(mail.receivedAt)}</time></p>
<pre>${linked(mail.text)}</pre>
${details}
</article>`;
}

function pre(text: string): string {
  return `<pre>${escape(text)}</pre>`;
}

/** Splits before escaping, so that an address in a link is exactly the address in the mail. */
function linked(text: string): string {
  const parts = text.split(/(https?:\/\/[^\s<>"']+)/u);
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
