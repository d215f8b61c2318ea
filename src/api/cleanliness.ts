import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";

import type { AppEnv } from "./dependencies";
import { type Detail, MalformedRequest, ValidationFailed } from "./exceptions";
import { pointerTo } from "./pointers";
import { isStreamed } from "./streams";

const MAX_DEPTH = 20;

/**
 * Refuses what PostgreSQL cannot store or JSON should not hold, wherever it stands: NUL, lone surrogates,
 * keys that reach for prototypes, numbers and nesting without end, a parameter given twice. Every route
 * has this check, so no schema can forget it.
 *
 * @throws {MalformedRequest} 40000, {@link ValidationFailed} 42200
 */
export const refuseDirtyInput = createMiddleware<AppEnv>(async function refuseDirtyInput(c, next) {
  const errors = dirtInAddress(c.req.url);
  const isJson = /^application\/([\w.-]+\+)?json\b/iu.test(c.req.header("content-type") ?? "");
  if (isJson && !isStreamed(c)) {
    const text = await c.req.text();
    if (text !== "") errors.push(...dirtIn(parse(text)));
  }
  if (errors.length > 0) throw new ValidationFailed(errors);
  await next();
});

/** Only what is escaped can be what must not be stored; without it, all there is to see are names given twice. */
function dirtInAddress(address: string): Detail[] {
  const start = address.indexOf("?");
  if (!address.includes("%")) {
    if (start === -1) return [];
    const parts = address.slice(start + 1).split("&");
    return namesGivenTwice(parts.filter((part) => part !== "").map(nameOf));
  }
  const url = new URL(address);
  return [...dirtIn(pathOf(url), "path"), ...dirtInQuery(url.searchParams)];
}

const nameOf = (part: string): string => part.split("=", 1)[0]?.replaceAll("+", " ") ?? "";

/**
 * Refuses what the route does not read: parameters that it does not have, because a misspelt filter must
 * not look like one that found everything, and a body that says something where none is read.
 *
 * @param app whose routes say what they read.
 * @throws {ValidationFailed} 42200
 */
export function refuseUnread(app: OpenAPIHono<AppEnv>) {
  let routes: ReadonlyMap<string, Reading> | undefined;
  return createMiddleware<AppEnv>(async function refuseUnreadInput(c, next) {
    routes ??= readingsOf(app);
    const method = c.req.method === "HEAD" ? "GET" : c.req.method;
    // The first that matches answers, though a path such as `/export` may match one with an id as well.
    const route = readingOf(routes, method, matchedRoutes(c));
    if (route) {
      const unread = Object.keys(c.req.query()).filter((name) => !route.parameters.has(name));
      if (!route.hasBody && c.req.raw.body !== null)
        unread.push(...fieldsIn(new TextDecoder().decode(await c.req.arrayBuffer())));
      if (unread.length > 0) {
        throw new ValidationFailed(
          unread.map((name) => detail(name, "unrecognized_keys", "Not known here.")),
        );
      }
    }
    await next();
  });
}

function readingOf(
  routes: ReadonlyMap<string, Reading>,
  method: string,
  matched: readonly { readonly path: string }[],
): Reading | undefined {
  for (const { path } of matched) {
    const reading = routes.get(`${method} ${path}`);
    if (reading) return reading;
  }
  return undefined;
}

interface Reading {
  readonly parameters: ReadonlySet<string>;
  readonly hasBody: boolean;
}

const readingsOf = (app: OpenAPIHono<AppEnv>): Map<string, Reading> =>
  new Map(
    app.openAPIRegistry.definitions.flatMap((definition) => {
      if (definition.type !== "route") return [];
      const { method, path, request } = definition.route;
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/gu, ":$1")}`;
      const query = request?.query;
      const parameters = new Set(query instanceof z.ZodObject ? Object.keys(query.shape) : []);
      return [[route, { parameters, hasBody: request?.body !== undefined }]];
    }),
  );

/** Pointers to what a body says that nobody reads: to each field, or to all of what is no object. */
function fieldsIn(text: string): string[] {
  if (text.trim() === "") return [];
  const body: unknown = parse(text);
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  return isObject ? Object.keys(body).map((name) => pointerTo([name])) : [""];
}

function pathOf(url: URL): string {
  try {
    return decodeURIComponent(url.pathname);
  } catch (error) {
    throw new MalformedRequest(error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedRequest(error);
  }
}

const dirtInQuery = (query: URLSearchParams): Detail[] => [
  ...namesGivenTwice([...query.keys()]),
  ...[...query].flatMap(([name, value]) => [...dirtIn(name, name), ...dirtIn(value, name)]),
];

function namesGivenTwice(names: readonly string[]): Detail[] {
  const distinct = new Set(names);
  if (distinct.size === names.length) return [];
  return [...distinct]
    .filter((name) => names.indexOf(name) !== names.lastIndexOf(name))
    .map((name) => detail(name, "duplicate", "Give this parameter once."));
}

const detail = (pointer: string, code: string, message: string): Detail => ({
  pointer,
  code,
  message,
});

/** Walks without recursion: depth is what an attacker would choose. */
function dirtIn(root: unknown, at = ""): Detail[] {
  const found: Detail[] = [];
  const queue: { value: unknown; pointer: string; depth: number }[] = [
    { value: root, pointer: at, depth: 0 },
  ];
  for (let next = queue.pop(); next !== undefined && found.length < 20; next = queue.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value === "string" && !isStorable(value)) {
      found.push(detail(pointer, "text_not_storable", "NUL and lone surrogates cannot be stored."));
    }
    if (typeof value === "number" && !Number.isFinite(value)) {
      found.push(detail(pointer, "number_too_large", "JSON numbers end at about 1.8e308."));
    }
    if (typeof value !== "object" || value === null) continue;
    if (depth >= MAX_DEPTH) {
      found.push(detail(pointer, "too_deep", `Nest at most ${MAX_DEPTH} levels.`));
      continue;
    }
    for (const [key, item] of Object.entries(value)) {
      const inner = `${pointer}${pointerTo([key])}`;
      if (!isStorable(key) || key === "__proto__") {
        found.push(detail(pointer, "key_refused", "This object has a key that cannot be stored."));
      }
      queue.push({ value: item, pointer: inner, depth: depth + 1 });
    }
  }
  return found;
}

const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();
