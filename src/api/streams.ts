import type { Context as HonoContext } from "hono";

import type { AppEnv } from "./dependencies";

/** Where a body is stored as it comes. Whoever stores it counts it and has its digest. */
export const streamedPaths: readonly string[] = [
  "/v1/imports",
  "/v1/media",
  "/v1/subscribers/import",
];

/** Whether nobody may read the body of a request before the route does. */
export const isStreamed = (c: HonoContext<AppEnv>): boolean =>
  c.req.method === "POST" && streamedPaths.includes(c.req.path);
