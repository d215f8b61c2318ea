import { NewsletterNotFound, SendNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { type CountedSend, type Recipient, type Send, toSend } from "#domain/sends";
import { selectNewsletter } from "#repository/newsletters";
import { selectRecipients, selectSend, selectSends } from "#repository/sends";
import { ask } from "#service/perform";

/** Which send of which newsletter. */
export interface SendPath {
  readonly newsletterId: string;
  readonly sendId: string;
}

/** A page of a newsletter's sends, newest first. @throws {NewsletterNotFound} 40430 */
export async function listSends(
  context: Context,
  caller: Caller,
  newsletterId: string,
  page: PageRequest,
): Promise<Page<Send>> {
  const { loaded } = await ask(context, caller, "newsletters:read", [
    selectNewsletter(context.db, newsletterId),
    selectSends(context.db, newsletterId, page),
  ]);
  const [[newsletter], rows] = loaded;
  if (!newsletter) throw new NewsletterNotFound();
  return toPage(rows, page, ({ createdAt, id }) => [createdAt, id]);
}

/** A send with every recipient counted. @throws {SendNotFound} 40431 */
export async function readSend(
  context: Context,
  caller: Caller,
  { newsletterId, sendId }: SendPath,
): Promise<CountedSend> {
  const { loaded } = await ask(context, caller, "newsletters:read", [
    selectSend(context.db, newsletterId, sendId),
  ]);
  const [send] = loaded[0];
  if (!send) throw new SendNotFound();
  return toSend(send);
}

/** A page of who a send is for, by subscriber. @throws {SendNotFound} 40431 */
export async function listRecipients(
  context: Context,
  caller: Caller,
  { newsletterId, sendId }: SendPath,
  { state, ...page }: PageRequest & { readonly state: Recipient["state"] | null },
): Promise<Page<Recipient>> {
  const { loaded } = await ask(context, caller, "subscribers:read", [
    selectSend(context.db, newsletterId, sendId),
    selectRecipients(context.db, sendId, state, page),
  ]);
  const [[send], rows] = loaded;
  if (!send) throw new SendNotFound();
  return toPage(rows, page, ({ subscriberId }) => [subscriberId]);
}
