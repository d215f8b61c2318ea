import type { Context as HonoContext, MiddlewareHandler } from "hono";

import type { AppEnv } from "./dependencies";

/** A middleware that those requests pass by: Hono's `except`, without a chain of its own for each request. */
export const unless =
  (
    isPassing: (c: HonoContext<AppEnv>) => boolean,
    middleware: MiddlewareHandler<AppEnv>,
  ): MiddlewareHandler<AppEnv> =>
  (c, next) =>
    isPassing(c) ? next() : middleware(c, next);
