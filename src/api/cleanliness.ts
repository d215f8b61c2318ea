import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";

import type { AppEnv } from "./dependencies";
import { type Detail, MalformedRequest, ValidationFailed } from "./exceptions";

const MAX_DEPTH = 20;

/**
 * Refuses text that PostgreSQL cannot store or JSON should not hold, wherever it stands: NUL, lone
 * surrogates, keys that reach for prototypes, nesting without end, a parameter given twice. Every route
 * has this check, so no schema can forget it.
 *
 * @throws {MalformedRequest} 40000, {@link ValidationFailed} 42200
 */
export const refuseDirtyInput = createMiddleware<AppEnv>(async function refuseDirtyInput(c, next) {
  const url = new URL(c.req.url);
  const errors = [...dirtIn(pathOf(url)), ...dirtInQuery(url.searchParams)];
  if (/^application\/([\w.-]+\+)?json\b/iu.test(c.req.header("content-type") ?? "")) {
    const text = await c.req.text();
    if (text !== "") errors.push(...dirtIn(parse(text)));
  }
  if (errors.length > 0) throw new ValidationFailed(errors);
  await next();
});

/**
 * Refuses parameters that the route does not have: a misspelt filter must not look like one that found
 * everything.
 *
 * @param app whose routes say which parameters they have.
 * @throws {ValidationFailed} 42200
 */
export function refuseUnknownParameters(app: OpenAPIHono<AppEnv>) {
  let routes: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return createMiddleware<AppEnv>(async function refuseUnknown(c, next) {
    routes ??= parametersOf(app);
    const method = c.req.method === "HEAD" ? "GET" : c.req.method;
    const known = routes.get(`${method} ${routePath(c, -1)}`);
    const unknown = known && Object.keys(c.req.query()).filter((name) => !known.has(name));
    if (unknown && unknown.length > 0) {
      throw new ValidationFailed(
        unknown.map((name) => detail(`/${name}`, "unrecognized_keys", "Not known here.")),
      );
    }
    await next();
  });
}

const parametersOf = (app: OpenAPIHono<AppEnv>): Map<string, Set<string>> =>
  new Map(
    app.openAPIRegistry.definitions.flatMap((definition) => {
      if (definition.type !== "route") return [];
      const { method, path, request } = definition.route;
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/gu, ":$1")}`;
      const query = request?.query;
      return [[route, new Set(query instanceof z.ZodObject ? Object.keys(query.shape) : [])]];
    }),
  );

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

function dirtInQuery(query: URLSearchParams): Detail[] {
  const names = [...query.keys()];
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [
    ...[...twice].map((name) => detail(name, "duplicate", "Give this parameter once.")),
    ...[...query].flatMap(([name, value]) => [...dirtIn(name, name), ...dirtIn(value, name)]),
  ];
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
    if (typeof value !== "object" || value === null) continue;
    if (depth >= MAX_DEPTH) {
      found.push(detail(pointer, "too_deep", `Nest at most ${MAX_DEPTH} levels.`));
      continue;
    }
    for (const [key, item] of Object.entries(value)) {
      const inner = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (!isStorable(key) || key === "__proto__") {
        found.push(detail(pointer, "key_refused", "This object has a key that cannot be stored."));
      }
      queue.push({ value: item, pointer: inner, depth: depth + 1 });
    }
  }
  return found;
}

const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();
