import { html } from "hono/html";

import { catalogue } from "./catalogue";
import type { Entry } from "./document";
import { fieldsView, parametersView, typeView } from "./fields-view";
import { type Html, inline, pretty } from "./html";
import type { Answer, ApiDocument, Media, Parameter } from "./shape";

type Schemas = ApiDocument["components"]["schemas"];

const PROBLEM = "application/problem+json";

const who: Readonly<Record<string, string>> = {
  "": "Open to anybody.",
  "session sessionCookie": "For people: with a session token or its cookie.",
  "session sessionCookie secretKey": "With a session token, its cookie, or a secret key.",
  "publishableKey session sessionCookie secretKey":
    "Open to anybody, who sees what is published. With a session or a secret key: what it may see.",
};

/** Who may call, in a sentence. */
function whoMay({ security = [] }: Entry): string {
  const schemes = security.flatMap((each) => Object.keys(each));
  return who[schemes.join(" ")] ?? `${schemes.join(", ")}.`;
}

/** One route: what it is for, what it takes, what it answers, and how that looks. */
export const operationView = (entry: Entry, schemas: Schemas): Html =>
  html`<section class="operation" id="${entry.operationId}">
    <header>
      <h3><a href="#${entry.operationId}">${entry.summary}</a></h3>
      <p class="route"><b class="verb ${entry.method}">${entry.method}</b>${entry.path}</p>
    </header>
    <div>
      ${entry.description === undefined ? "" : html`<p>${inline(entry.description)}</p>`}
      <p class="who">${whoMay(entry)}</p>
      ${parameterLists(entry, schemas)} ${bodyView(entry, schemas)}
      <h4>Answers</h4>
      <ul class="answers">
        ${Object.entries(entry.responses).map(
          ([status, answer]) =>
            html`<li>
              <span class="status">${status}</span>
              <div>${answerView(answer)}</div>
            </li>`,
        )}
      </ul>
    </div>
    <div class="samples">${samples(entry)}</div>
  </section>`;

const parameterLists = ({ parameters = [] }: Entry, schemas: Schemas): Html[] =>
  (["path", "query", "header"] as const)
    .map((place) => ({ place, own: parameters.filter((each) => each.in === place) }))
    .filter(({ own }) => own.length > 0)
    .map(
      ({ place, own }) =>
        html`<h4>${place === "header" ? "Headers" : `In the ${place}`}</h4>
          ${parametersView(own, schemas)}`,
    );

function bodyView({ requestBody }: Entry, schemas: Schemas): Html | "" {
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type === undefined || media === undefined) return "";
  const name = type === "application/json" ? "Body" : `Body, as ${type}`;
  return html`<h4>${name}</h4>
    ${fieldsView(media.schema, schemas, true)}`;
}

function answerView({ description, headers = {}, content = {} }: Answer): Html {
  const { [PROBLEM]: problem, ...others } = content;
  const isError = problem !== undefined && Object.keys(others).length === 0;
  const bodies = Object.entries(others).map(([type, { schema }]) =>
    type === "application/json" ? typeView(schema) : html`${type}`,
  );
  const names = isError ? [] : Object.keys(headers);
  return html`${isError ? "" : inline(description)}
  ${bodies.map((each) => html` <span class="type">${each}</span>`)}
  ${names.length > 0 ? html`<div class="small">with ${names.join(", ")}</div>` : ""}
  ${problem ? html`<div class="codes">${codesView(problem)}</div>` : ""}`;
}

/** The exceptions of a problem as links to what they mean. */
const codesView = ({ examples = {} }: Media): Html[] =>
  catalogue
    .filter(({ name }) => name in examples)
    .map(
      ({ internalCode, title }) =>
        html`<a href="/errors#${internalCode}"><code>${internalCode}</code> ${title}</a>`,
    );

function samples(entry: Entry): Html {
  const [status, answer] =
    Object.entries(entry.responses).find(([each]) => /^20[01246]$/u.test(each)) ?? [];
  const example = answer?.content?.["application/json"]?.example;
  return html`<h4>Request</h4>
    <pre><code>${curlOf(entry)}</code></pre>
    ${
      example === undefined
        ? ""
        : html`<h4>Answer ${status}</h4>
            <pre><code>${pretty(example)}</code></pre>`
    }`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const valueOf = ({ example }: Parameter): string => String(example);

/** The request as a shell command. Optional parameters are left out, but not what guards a change. */
function curlOf(entry: Entry): string {
  const { method, path, parameters = [], requestBody, responses } = entry;
  const address = parameters
    .filter((each) => each.in === "path")
    .reduce((whole, each) => whole.replace(`{${each.name}}`, valueOf(each)), path);
  const headers = parameters.filter(
    (each) => each.in === "header" && (each.required || each.name === "Idempotency-Key"),
  );
  const needsCaller = (entry.security ?? []).length > 0 && !entry.security?.some(isEmpty);
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const isJson = type === "application/json";
  return [
    `curl ${method === "GET" ? "" : `-X ${method} `}"$IMPRINT${address}"`,
    ...(needsCaller ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...headers.map((each) => `-H ${quoted(`${each.name}: ${valueOf(each)}`)}`),
    ...(type === undefined ? [] : [`-H ${quoted(`Content-Type: ${type}`)}`]),
    ...(isJson ? [`-d ${quoted(pretty(media?.example))}`] : []),
    ...(media && !isJson ? ["--data-binary @documents.ndjson"] : []),
    ...("206" in responses ? ["-o report.pdf"] : []),
  ].join(" \\\n  ");
}

const isEmpty = (requirement: object): boolean => Object.keys(requirement).length === 0;
