import { NewsletterHasSends, NewsletterNotFound, SlugTaken } from "#api/exceptions";
import type { Context } from "#core/context";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import {
  type Newsletter,
  type NewsletterFields,
  newNewsletter,
  reviseNewsletter,
} from "#domain/newsletters";
import { slugify } from "#domain/slugs";
import {
  deleteNewsletter as deleteNewsletterRow,
  insertNewsletter,
  NEWSLETTER_HAS_SENDS,
  selectNewsletter,
  selectNewsletterBySlug,
  selectNewsletters,
  updateNewsletter,
} from "#repository/newsletters";

import { explainAborts } from "./aborts";
import { ask, perform } from "./perform";
import { type Base, expectBase } from "./versions";

export type NewsletterInput = Partial<NewsletterFields>;

/** A page of newsletters, newest first. @param status null for all. */
export async function listNewsletters(
  context: Context,
  caller: Caller,
  status: Newsletter["status"] | null,
  page: PageRequest,
): Promise<Page<Newsletter>> {
  const { loaded } = await ask(context, caller, "newsletters:read", [
    selectNewsletters(context.db, status, page),
  ]);
  return toPage(loaded[0], page, ({ createdAt, id }) => [createdAt, id]);
}

/** @throws {NewsletterNotFound} 40430 */
export async function readNewsletter(
  context: Context,
  caller: Caller,
  id: string,
): Promise<Newsletter> {
  const { loaded } = await ask(context, caller, "newsletters:read", [
    selectNewsletter(context.db, id),
  ]);
  const [newsletter] = loaded[0];
  if (!newsletter) throw new NewsletterNotFound();
  return newsletter;
}

/** @throws {SlugTaken} 40904 */
export function createNewsletter(
  context: Context,
  caller: Caller,
  { name, slug = slugify(name), ...fields }: NewsletterInput & { name: string },
): Promise<Newsletter> {
  return perform(context, caller, {
    permission: "newsletters:write",
    load: (db) => [selectNewsletterBySlug(db, slug)],
    decide: (_actor, [taken]) => {
      if (taken.length > 0) throw new SlugTaken(slug);
      const newsletter = newNewsletter({ ...fields, name, slug });
      const { id: entityId } = newsletter;
      return {
        result: newsletter,
        statements: [insertNewsletter(context.db, newsletter)],
        audit: [{ action: "newsletter.create", entity: "newsletter", entityId, version: 1 }],
      };
    },
  });
}

type Target = Base<Newsletter> & { readonly id: string };

/**
 * Changes what is given; for nothing there is no new version. What is on its way goes out as it was ordered.
 *
 * @throws {NewsletterNotFound} 40430, {@link SlugTaken} 40904, {@link StaleVersion} 41200
 */
export function editNewsletter(
  context: Context,
  caller: Caller,
  target: Target,
  input: NewsletterInput,
): Promise<Newsletter> {
  const { id } = target;
  return perform(context, caller, {
    permission: "newsletters:write",
    load: (db) => [
      selectNewsletter(db, id),
      ...(input.slug === undefined ? [] : [selectNewsletterBySlug(db, input.slug)]),
    ],
    decide: async (_actor, [[newsletter], holders = []]) => {
      if (!newsletter) throw new NewsletterNotFound();
      await expectBase(newsletter, target);
      if (Object.keys(input).length === 0) return { result: newsletter, statements: [], audit: [] };
      const taken = holders.find((holder) => holder.id !== id);
      if (taken) throw new SlugTaken(taken.slug);
      const next = reviseNewsletter(newsletter, input);
      const { version } = next;
      return {
        result: next,
        statements: [updateNewsletter(context.db, next)],
        audit: [{ action: "newsletter.update", entity: "newsletter", entityId: id, version }],
      };
    },
  });
}

/**
 * Deletes a newsletter that nothing was sent through, with its subscriptions.
 *
 * @throws {NewsletterNotFound} 40430, {@link NewsletterHasSends} 40930, {@link StaleVersion} 41200
 */
export function deleteNewsletter(context: Context, caller: Caller, target: Target): Promise<null> {
  const { id } = target;
  const remove = () =>
    perform(context, caller, {
      permission: "newsletters:write",
      load: (db) => [selectNewsletter(db, id)],
      decide: async (_actor, [[newsletter]]) => {
        if (!newsletter) throw new NewsletterNotFound();
        await expectBase(newsletter, target);
        const version = newsletter.version + 1;
        return {
          result: null,
          statements: deleteNewsletterRow(context.db, id),
          audit: [{ action: "newsletter.delete", entity: "newsletter", entityId: id, version }],
        };
      },
    });
  return explainAborts(remove, { [NEWSLETTER_HAS_SENDS]: () => new NewsletterHasSends() });
}
