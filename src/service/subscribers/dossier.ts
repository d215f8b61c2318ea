import type { Database } from "#core/db";
import type { Subscriber } from "#domain/subscribers";
import { selectMailsOf, selectSubscriber, selectSubscriberEvents } from "#repository/subscribers";

/** Everything that is known of somebody. */
export interface Dossier {
  readonly subscriber: Subscriber;
  readonly events: Awaited<ReturnType<typeof selectSubscriberEvents>>;
  readonly mails: Awaited<ReturnType<typeof selectMailsOf>>;
}

export const selectDossier = (db: Database, id: string) =>
  [selectSubscriber(db, id), selectSubscriberEvents(db, id), selectMailsOf(db, id)] as const;

/** Undefined when nobody is known by that id. */
export function toDossier([[subscriber], events, mails]: readonly [
  readonly Subscriber[],
  Dossier["events"],
  Dossier["mails"],
]): Dossier | undefined {
  return subscriber && { subscriber, events, mails };
}
