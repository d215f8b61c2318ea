import { html } from "hono/html";

import type { ExceptionClass } from "#api/openapi";

import { catalogue } from "./catalogue";
import { type Entry, entriesOf } from "./document";
import { type Html, inline, layout } from "./html";
import { codesOf } from "./operations";
import type { ApiDocument } from "./shape";

/** Every error with what it means and what to do, each at its code: `/errors#40401`. */
export function errorsPage(document: ApiDocument): Html {
  const entries = entriesOf(document);
  const families = [...Map.groupBy(catalogue, ({ status }) => status)];
  const contents = html`<a class="name" href="#top">Errors</a>
    <ul>
      <li><a href="/docs">Reference</a></li>
      ${families.map(
        ([status, classes]) =>
          html`<li>
            <a class="chapter" href="#${status}">${status}</a>
            <ul>
              ${classes.map(
                ({ internalCode, title }) =>
                  html`<li><a href="#${internalCode}">${internalCode} ${title}</a></li>`,
              )}
            </ul>
          </li>`,
      )}
    </ul>`;
  const main = html`<div class="lead" id="top">
      <h1>Errors</h1>
      <p>
        Every error is <code>application/problem+json</code> (RFC 9457). Its
        <code>internal_code</code> tells it apart from all others and begins with the status;
        <code>type</code> is the address of its section here; <code>request_id</code> finds it in
        the operator's log.
      </p>
    </div>
    ${families.map(
      ([status, classes]) =>
        html`<div class="chapter-head"><h2 id="${status}">${status}</h2></div>
          ${classes.map((each) => errorView(each, entries))}`,
    )}`;
  return layout("Imprint API errors", contents, main);
}

const errorView = (
  { internalCode, title, meaning, remedy }: ExceptionClass,
  entries: readonly Entry[],
): Html =>
  html`<section class="error" id="${internalCode}">
    <h3>
      <a href="#${internalCode}"><code>${internalCode}</code>${title}</a>
    </h3>
    <dl>
      <dt>What happened</dt>
      <dd>${inline(meaning)}</dd>
      <dt>What to do</dt>
      <dd>${inline(remedy)}</dd>
      <dt>Answered by</dt>
      <dd>
        ${routesView(
          entries.filter((entry) => codesOf(entry).includes(internalCode)),
          entries,
        )}
      </dd>
    </dl>
  </section>`;

function routesView(own: readonly Entry[], all: readonly Entry[]): Html {
  if (own.length === 0) return html`Any address, before a route is found.`;
  if (own.length === all.length) return html`Every route.`;
  const links = own.map(
    ({ method, path, operationId }, at) =>
      html`${at === 0 ? "" : ", "}<a href="/docs#${operationId}">${method}&nbsp;${path}</a>`,
  );
  if (own.length <= 6) return html`${links}`;
  return html`<details>
    <summary>${own.length} routes</summary>
    ${links}
  </details>`;
}
