import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";

import type { AppEnv } from "./dependencies";

/** Says what a request cost, to the client in `Server-Timing` and to the operator in one line of log. */
export const withObservation = createMiddleware<AppEnv>(async function withObservation(c, next) {
  const start = Date.now();
  await next();
  const { meter, log } = c.var.context;
  const duration = Date.now() - start;
  c.res.headers.set(
    "Server-Timing",
    `db;dur=${meter.milliseconds};desc="${meter.roundTrips}", total;dur=${duration}`,
  );
  log.info("request.ended", {
    method: c.req.method,
    route: routePath(c),
    status: c.res.status,
    duration_ms: duration,
    db_round_trips: meter.roundTrips,
    db_ms: meter.milliseconds,
  });
});
