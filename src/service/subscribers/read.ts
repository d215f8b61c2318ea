import { SubscriberNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { exportColumns, toCells, toRecord } from "#domain/subscriber-csv";
import type { Subscriber } from "#domain/subscribers";
import {
  type SubscriberFilter,
  selectSubscriber,
  selectSubscribers,
} from "#repository/subscribers";
import { ask } from "#service/perform";

import { type Dossier, selectDossier, toDossier } from "./dossier";

/** A page of subscribers, newest first. */
export async function listSubscribers(
  context: Context,
  caller: Caller,
  filter: SubscriberFilter,
  page: PageRequest,
): Promise<Page<Subscriber>> {
  const { loaded } = await ask(context, caller, "subscribers:read", [
    selectSubscribers(context.db, filter, page),
  ]);
  return toPage(loaded[0], page, placeOf);
}

const placeOf = ({ createdAt, id }: Subscriber) => [createdAt, id] as const;

/** @throws {SubscriberNotFound} 40420 */
export async function readSubscriber(
  context: Context,
  caller: Caller,
  id: string,
): Promise<Subscriber> {
  const { loaded } = await ask(context, caller, "subscribers:read", [
    selectSubscriber(context.db, id),
  ]);
  const [found] = loaded[0];
  if (!found) throw new SubscriberNotFound();
  return found;
}

/** Everything that is known of somebody. @throws {SubscriberNotFound} 40420 */
export async function readDossier(context: Context, caller: Caller, id: string): Promise<Dossier> {
  const { loaded } = await ask(context, caller, "subscribers:read", selectDossier(context.db, id));
  const dossier = toDossier(loaded);
  if (!dossier) throw new SubscriberNotFound();
  return dossier;
}

const ROWS = 1000;

/**
 * Subscribers as CSV (RFC 4180, with a byte order mark), newest first, read a thousand at a time as fast as
 * they are taken. Whoever joins meanwhile may be in it or not; nobody is in it twice.
 */
export async function exportSubscribers(
  context: Context,
  caller: Caller,
  filter: SubscriberFilter,
): Promise<ReadableStream<Uint8Array>> {
  const { db } = context;
  const encoder = new TextEncoder();
  const beginning = { limit: ROWS, after: null };
  const { loaded } = await ask(context, caller, "subscribers:read", [
    selectSubscribers(db, filter, beginning),
  ]);
  let page: Page<Subscriber> | undefined = toPage(loaded[0], beginning, placeOf);
  let text = `\uFEFF${toRecord(exportColumns)}`;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!page) return controller.close();
      const { items, next } = page;
      text += items.map((subscriber) => toRecord(toCells(subscriber))).join("");
      controller.enqueue(encoder.encode(text));
      text = "";
      const request = { limit: ROWS, after: next };
      page = next
        ? toPage(await selectSubscribers(db, filter, request), request, placeOf)
        : undefined;
    },
  });
}
