import type { Context } from "#core/context";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { eventTypes } from "#domain/events";
import { type EventRow, selectEvents } from "#repository/events";

import { ask } from "./perform";

/** Something that happened, as webhooks are told of it. */
export type Event = EventRow;

/** Everything that can happen, by name. */
export const knownEvents = eventTypes;

/** A page of what happened in the last 30 days, newest first. */
export async function listEvents(
  context: Context,
  caller: Caller,
  type: string | null,
  page: PageRequest,
): Promise<Page<Event>> {
  const { loaded } = await ask(context, caller, "webhooks:manage", [
    selectEvents(context.db, type, page),
  ]);
  return toPage(loaded[0], page, ({ createdAt, id }) => [createdAt, id]);
}
