import { html } from "hono/html";

import { type Entry, entriesOf } from "./document";
import { fieldsView } from "./fields-view";
import { blocks, type Html, layout } from "./html";
import { operationView } from "./operation-view";
import { type ApiDocument, nameOf } from "./shape";

const anchor = (name: string): string => `tag-${name.replaceAll(" ", "-")}`;

/** The whole reference as one page. */
export function docsPage(document: ApiDocument): Html {
  const { info, components } = document;
  const entries = entriesOf(document);
  const chapters = document.tags
    .map((tag) => ({ ...tag, entries: entries.filter(({ tags }) => tags[0] === tag.name) }))
    .filter((chapter) => chapter.entries.length > 0);
  const objects = objectsOf(document, entries);
  const contents = html`<a class="name" href="#top">${info.title}</a>
    <ul>
      <li><a href="/errors">Errors</a></li>
      <li><a href="/openapi.json">OpenAPI document</a></li>
      ${chapters.map(contentsOf)}
      <li>
        <a class="chapter" href="#objects">Objects</a>
        <ul>
          ${objects.map((name) => html`<li><a href="#schema-${name}">${name}</a></li>`)}
        </ul>
      </li>
    </ul>`;
  const main = html`<div class="lead" id="top">
      <h1>${info.title} API</h1>
      <p class="small">Version ${info.version} · <a href="/openapi.json">OpenAPI 3.1</a></p>
      ${blocks(info.description)}
      <h2>To try it</h2>
      <p>
        The examples expect the address of this server in <code>$IMPRINT</code>, and a session token
        or a secret key in <code>$TOKEN</code>.
      </p>
    </div>
    ${chapters.map((chapter) => chapterView(chapter, components.schemas))}
    <div class="chapter-head"><h2 id="objects">Objects</h2></div>
    ${objects.map(
      (name) =>
        html`<section class="lead object" id="schema-${name}">
          <h3><a href="#schema-${name}">${name}</a></h3>
          ${fieldsView(components.schemas[name] ?? {}, components.schemas, false)}
        </section>`,
    )}`;
  return layout(`${info.title} API reference`, contents, main);
}

interface Chapter {
  readonly name: string;
  readonly description: string;
  readonly entries: readonly Entry[];
}

const contentsOf = ({ name, entries }: Chapter): Html =>
  html`<li>
    <a class="chapter" href="#${anchor(name)}">${title(name)}</a>
    <ul>
      ${entries.map(
        ({ operationId, summary }) => html`<li><a href="#${operationId}">${summary}</a></li>`,
      )}
    </ul>
  </li>`;

const chapterView = (
  { name, description, entries }: Chapter,
  schemas: ApiDocument["components"]["schemas"],
): Html =>
  html`<div class="chapter-head">
      <h2 id="${anchor(name)}"><a href="#${anchor(name)}">${title(name)}</a></h2>
      <p>${description}</p>
    </div>
    ${entries.map((entry) => operationView(entry, schemas))}`;

const title = (name: string): string =>
  name === "api keys" ? "API keys" : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;

/** The schemas that stand for themselves: a request's body is described where it is sent. */
function objectsOf({ components }: ApiDocument, entries: readonly Entry[]): readonly string[] {
  const bodies = new Set(
    entries.flatMap(({ requestBody }) =>
      Object.values(requestBody?.content ?? {}).map(({ schema }) => nameOf(schema)),
    ),
  );
  return Object.keys(components.schemas).filter((name) => !bodies.has(name));
}
