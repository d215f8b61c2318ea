import { createMiddleware } from "hono/factory";

import type { AppEnv } from "./dependencies";
import { UnsupportedMediaType } from "./exceptions";

/**
 * For routes that can do without a body: one that says something says it in JSON, because what is not read
 * must not look as if it had been; and an empty one is none.
 *
 * @throws {UnsupportedMediaType} 41500
 */
export const withOptionalBody = createMiddleware<AppEnv>(async function withOptionalBody(c, next) {
  const text = await c.req.text();
  const isJson = /^application\/([\w.-]+\+)?json\b/iu.test(c.req.header("content-type") ?? "");
  const isEmpty = text.trim() === "";
  if (!isEmpty && !isJson) throw new UnsupportedMediaType("application/json");
  // What is read from here on comes from here; hono keeps promises in it, whatever its type says. Without a
  // type nothing is read, and what seems to be a body would be refused for having none.
  if (isEmpty && isJson) Object.assign(c.req.bodyCache, { text: Promise.resolve("{}") });
  await next();
});
