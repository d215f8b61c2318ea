import { createRoute } from "@hono/zod-openapi";

import { CursorInvalid } from "#api/exceptions";
import { answerHeaders, json, needsActor, raises, validates } from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { EventPage, EventQuery, toEventBody } from "#api/schemas/events";
import { listEvents } from "#service/events";

export const events = createRouter();

const list = createRoute({
  method: "get",
  path: "/events",
  operationId: "listEvents",
  summary: "List what happened",
  description:
    "The events of the last 30 days as webhooks are told of them: enough to work on a receiver without one.",
  tags: ["webhooks"],
  request: { query: EventQuery },
  responses: {
    200: json(EventPage, "A page of events, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

events.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT, type = null } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listEvents(c.var.context, c.var.caller, type, page);
  return c.json(await pageBody(c, items.map(toEventBody), next), 200);
});
