import { getTableColumns, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";

import * as models from "#repository/models";
import { newAddress } from "#test/support/people";

import { fieldsOf, problemsOf, resolved } from "./conformance";
import {
  bodySchemaOf,
  isVersioned,
  methodOf,
  needsBody,
  parametersOf,
  pathOf,
  type Parameter,
  type Schema,
} from "./document";
import type { Draft } from "./exchange";
import type { Target } from "./recipe-parts";

/** A request that is wrong in one way. */
export interface Malformed {
  readonly what: string;
  readonly draft: Draft;
}

/** A right request, and what is known of what it asks for. */
export interface Right {
  readonly route: string;
  readonly draft: Draft;
  readonly target: Target;
  /** Cursors of other lists, by the route of the list. */
  readonly cursors: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);

/** Every column there is: what a client might hope to set by naming it. */
const columns: readonly string[] = [
  ...new Set(
    Object.values(models)
      .filter((model) => is(model, PgTable))
      .flatMap((table) => Object.keys(getTableColumns(table)).map(snake)),
  ),
];

const KIB = 1024;
const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

// --- The path ------------------------------------------------------------------------------------

const badSegments = [
  "abc",
  "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11abc",
  "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d1",
  "..%2f",
  "%2e%2e%2f%2e%2e%2fusers",
  "%00",
  "abc%00",
  "%ff",
  "%",
  "%zz",
  "%ed%a0%80",
  "%20",
  "0",
  "-1",
  "1e3",
  "99999999999999999999",
  "'%20or%201=1--",
  "__proto__",
  "x".repeat(300),
  "%F0%9F%92%A9",
];

function wrongPaths({ route, draft, target }: Right): Malformed[] {
  return parametersOf(route, "path").flatMap(({ name }) =>
    badSegments.map((segment) => {
      const path = pathOf(route)
        .replace(`{${name}}`, () => segment)
        .replaceAll(/\{(\w+)\}/gu, (_, other: string) => target.params?.[other] ?? "");
      return { what: `path ${name}=${segment.slice(0, 60)}`, draft: { ...draft, path } };
    }),
  );
}

// --- The query -----------------------------------------------------------------------------------

const badNumbers = ["abc", "", "0", "-1", "101", "1000", "1.5", "1e1", "+5", "%205", "0x10", "NaN"];
const badChoices = ["nope", "", "TRUE", "__proto__", "null"];
const badDates = ["yesterday", "", "2026-13-45", "2026-02-30", "0", "1e9"];
const badCursors = [
  "abc",
  "",
  ".",
  "abc.def",
  "e30.AAAA",
  "W10.",
  "eyJhIjoxfQ.x",
  "%F0%9F%92%A9.x",
];

function badValuesOf({ name, schema }: Parameter, right: Right): readonly string[] {
  const long = "x".repeat((schema.maxLength ?? 20_000) + 1);
  if (name === "cursor") {
    const foreign = Object.entries(right.cursors).filter(([route]) => route !== right.route);
    return [...badCursors, long, ...foreign.map(([, cursor]) => cursor)];
  }
  if (schema.type === "integer") return badNumbers;
  if (schema.type === "boolean" || schema.enum !== undefined || schema.$ref !== undefined)
    return badChoices;
  if (schema.format === "uuid") return badSegments.slice(0, 3);
  const isMoment = name === "from" || name === "to";
  return isMoment ? badDates : [long];
}

const withQuery = ({ draft }: Right, query: string): Draft => ({
  ...draft,
  path: `${draft.path.split("?")[0]}?${query}`,
});

function wrongQueries(right: Right): Malformed[] {
  const parameters = parametersOf(right.route, "query");
  const known = parameters.flatMap((parameter) =>
    [...badValuesOf(parameter, right), "%00", "a%00b"].map((value) => `${parameter.name}=${value}`),
  );
  const names = ["unknown", "__proto__", "role", "user_id", "limit[]", "LIMIT", "x".repeat(5000)];
  const unknown = names
    .filter((name) => parameters.every((parameter) => parameter.name !== name))
    .map((name) => `${name}=owner`);
  const dirty = ["x=1&x=2", "x=%00", "x%00=1", "limit=1&limit=1"];
  const queries = [...known, ...unknown, ...dirty];
  return queries.map((query) => ({
    what: `query ${query.slice(0, 60)}`,
    draft: withQuery(right, query),
  }));
}

// --- The headers ---------------------------------------------------------------------------------

const badVersions = [
  "v1",
  '"1"',
  '"v1',
  "*",
  'W/"v1"',
  '"v-1"',
  '"v1", "v2"',
  '"v1e3"',
  '"v99999999999"',
  "x".repeat(5000),
];
const badKeys = ["short", "x".repeat(256), "with a space in it", "ünïcödé-is-not-ascii"];
const badTokens = [
  "Basic YTpi",
  "Bearer",
  "Bearer a b",
  "bearer x",
  "Bearer \u00e9",
  "x",
  "Bearer sk_",
  `Bearer ${"x".repeat(5000)}`,
];

function wrongHeaders({ route, draft }: Right): Malformed[] {
  const variants: [string, Record<string, string>][] = [
    ...(isVersioned(route)
      ? [...badVersions, '"v7"', '"v0"', '"v1-0000000000000000"'].map(
          (value): [string, Record<string, string>] => [
            `If-Match ${value.slice(0, 40)}`,
            { "if-match": value },
          ],
        )
      : []),
    ...(methodOf(route) === "POST"
      ? badKeys.map((value): [string, Record<string, string>] => [
          `Idempotency-Key ${value.slice(0, 40)}`,
          { "idempotency-key": value },
        ])
      : []),
  ];
  const { "if-match": _, ...unversioned } = draft.headers;
  return [
    ...variants.map(([what, headers]) => ({
      what,
      draft: { ...draft, headers: { ...draft.headers, ...headers } },
    })),
    ...(isVersioned(route)
      ? [{ what: "no If-Match", draft: { ...draft, headers: unversioned } }]
      : []),
  ];
}

/** Tokens that are none. Only for routes that look at who asks. */
export const wrongTokens = ({ draft }: Right): Malformed[] =>
  badTokens.map((authorization) => ({
    what: `Authorization ${authorization.slice(0, 40)}`,
    draft: { ...draft, headers: { ...draft.headers, authorization } },
  }));

// --- The body ------------------------------------------------------------------------------------

const wrongValues: readonly unknown[] = [
  null,
  true,
  5,
  -1,
  1.5,
  "",
  " ",
  "text",
  [],
  [null],
  [5],
  [[]],
  [{}],
  {},
  { a: 1 },
];
const dirtyValues = ["a\0b", "\ud800", "\udc00 alone", ["\0"], { "a\0": 1 }, { "\ud800": 1 }];

/** The part of a schema that a right body fits: where there are several kinds of it, one of them. */
function shapeOf(schema: Schema, body: Json): Schema {
  const own = resolved(schema);
  return own.oneOf?.find((part) => problemsOf(part, body).length === 0) ?? own;
}

function wrongFields(schema: Schema, body: Json): [string, Json][] {
  const shape = resolved(shapeOf(schema, body));
  return Object.entries(shape.properties ?? {}).flatMap(([name, field]) => {
    const { maxLength, maxItems } = resolved(field);
    const tooMuch = [
      ...(maxLength === undefined ? [] : ["x".repeat(maxLength + 1)]),
      ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, () => "x")]),
    ];
    const refused = [...wrongValues, ...tooMuch].filter(
      (value) => problemsOf(schema, { ...body, [name]: value }).length > 0,
    );
    return [...refused, ...dirtyValues].map((value): [string, Json] => [
      `${name} = ${JSON.stringify(value).slice(0, 40)}`,
      { ...body, [name]: value },
    ]);
  });
}

const missingFields = (schema: Schema, body: Json): [string, Json][] =>
  (resolved(shapeOf(schema, body)).required ?? []).map((name) => {
    const { [name]: _, ...rest } = body;
    return [`without ${name}`, rest];
  });

function extraFields(schema: Schema, body: Json): [string, Json][] {
  const known = fieldsOf(shapeOf(schema, body)) ?? new Set<string>();
  const names = [...columns, "admin", "constructor", "prototype", "Title", ""];
  return names
    .filter((name) => !known.has(name))
    .map((name) => [`extra field ${name}`, { ...body, [name]: "x" }]);
}

function wrongTexts(schema: Schema, body: Json): [string, string][] {
  const right = JSON.stringify(body);
  const open = right.slice(0, -1);
  const free = Object.entries(resolved(shapeOf(schema, body)).properties ?? {})
    .filter(([, field]) => resolved(field).type === "object" && fieldsOf(field) === null)
    .flatMap(([name]): [string, string][] => [
      [`${name} too deep`, `${open},"${name}":{"a":${deep(25)}}}`],
      [`${name} with __proto__`, `${open},"${name}":{"__proto__":{"a":1}}}`],
      [`${name} with NUL deep inside`, `${open},"${name}":{"a":[{"b":"\\u0000"}]}}`],
      [`${name} with a number beyond all`, `${open},"${name}":{"a":[1e400,-1e400]}}`],
      [`${name} with a key of half a character`, `${open},"${name}":{"\\ud800":1}}`],
    ]);
  return [
    ["an empty body", ""],
    ["white space", "  \n"],
    ["an array", `[${right}]`],
    ["null", "null"],
    ["a number", "5"],
    ["a text", '"text"'],
    ["true", "true"],
    ["not JSON", "title=hello"],
    ["JSON that ends too early", open],
    ["JSON that goes on", `${right}${right}`],
    ["a comma too many", `${open},}`],
    ["a control character", `${open},"a":"\n"}`],
    ["a comment", `/* */${right}`],
    ["NaN", `${open},"a":NaN}`],
    ["__proto__", `${open},"__proto__":{"role":"owner"}}`],
    ["nested 25 times", `${open},"a":${deep(25)}}`],
    ["nested 10,000 times", `${open},"a":${deep(10_000)}}`],
    ["nested 10,000 times and not closed", "[".repeat(10_000)],
    ["a million nothings", `${open},"a":[${"0,".repeat(500_000)}0]}`],
    ...free,
  ];
}

const otherTypes = [
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/jsonx",
  "application/octet-stream",
  "text/html, application/json",
  "json",
];

const huge = (): string => `{"a":"${"x".repeat(4 * KIB * KIB)}"}`;

/** Sent in pieces, so that nobody knows beforehand how long it is. */
const inPieces = (text: string): ReadableStream =>
  new ReadableStream({
    start(controller) {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length; at += 64 * KIB) {
        controller.enqueue(bytes.subarray(at, at + 64 * KIB));
      }
      controller.close();
    },
  });

const oversized = ({ draft }: Right): Malformed[] => {
  const headers = { ...draft.headers, "content-type": "application/json" };
  return [
    { what: "more than 4 MiB", draft: { ...draft, headers, content: huge() } },
    { what: "more than 4 MiB in pieces", draft: { ...draft, headers, content: inPieces(huge()) } },
  ];
};

function wrongBodies(right: Right): Malformed[] {
  const { route, draft, target } = right;
  const { "content-type": _, ...untyped } = draft.headers;
  if (target.stream) {
    const types = ["application/json", ...otherTypes];
    const bytes = new TextEncoder().encode(target.stream.text);
    return [
      ...types.map((type) => ({
        what: `as ${type}`,
        draft: { ...draft, headers: { ...untyped, "content-type": type } },
      })),
      { what: "without a type", draft: { ...draft, headers: untyped, content: bytes } },
    ];
  }
  if (methodOf(route) === "GET") return [];
  if (target.signature) return oversized(right);
  const schema = bodySchemaOf(route);
  const headers = { ...draft.headers, "content-type": "application/json" };
  if (!schema) {
    const unread = ["{", '{"x":1}', '{"if_match":null}', "[]", "5", "null", '"text"'];
    const bodies = unread.map((content) => ({
      what: `the body ${content}, which nobody reads`,
      draft: { ...draft, headers, content },
    }));
    const form = { ...untyped, "content-type": "application/x-www-form-urlencoded" };
    const posted = { what: "a form", draft: { ...draft, headers: form, content: "x=1" } };
    return [...oversized(right), ...bodies, posted];
  }
  const body = target.body ?? {};
  const texts: readonly [string, string][] = [
    ...[
      ...wrongFields(schema, body),
      ...missingFields(schema, body),
      ...extraFields(schema, body),
    ].map(([what, wrong]): [string, string] => [what, JSON.stringify(wrong)]),
    ...wrongTexts(schema, body),
    // Where none is needed, an empty one is none.
  ].filter(([, content]) => content !== "" || needsBody(route));
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return [
    ...texts.map(([what, content]) => ({ what, draft: { ...draft, headers, content } })),
    ...otherTypes.map((type) => ({
      what: `as ${type}`,
      draft: { ...draft, headers: { ...headers, "content-type": type } },
    })),
    { what: "without a type", draft: { ...draft, headers: untyped, content: bytes } },
    {
      what: "not UTF-8",
      draft: { ...draft, headers, content: new Uint8Array([0x22, 0xff, 0x22]) },
    },
    ...oversized(right),
  ];
}

/** Everything that can be wrong with a request to a route, one thing at a time. Each has an address of its own. */
export const malformedRequests = (right: Right): readonly Malformed[] =>
  [...wrongPaths(right), ...wrongQueries(right), ...wrongHeaders(right), ...wrongBodies(right)].map(
    ({ what, draft }) => ({
      what,
      draft: { ...draft, headers: { ...draft.headers, "cf-connecting-ip": newAddress() } },
    }),
  );
