import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import { type Event, knownEvents } from "#service/events";

import { Id, Moment } from "./fields";

export const EventBody = z
  .object({
    id: Id,
    type: z.string().openapi({ example: "post.published" }),
    timestamp: Moment,
    data: z
      .record(z.string(), z.unknown())
      .openapi({ type: "object", description: "What it happened to, as it was then." }),
  })
  .openapi("Event");

export const EventPage = page(EventBody, "EventPage");

export const toEventBody = (event: Event): z.infer<typeof EventBody> => ({
  id: event.id,
  type: event.type,
  timestamp: event.createdAt,
  data: { ...event.data },
});

export const EventQuery = PageQuery.extend({ type: z.enum(knownEvents).optional() });
