import { AuthorNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { type AuthorOrder, type AuthorRow, selectAuthor, selectAuthors } from "#repository/authors";

import { look } from "./perform";

/** Somebody who has published something, as everyone may know them. */
export type Author = AuthorRow;

/** Which authors are wanted, in which order, and whether with the number of their posts, which takes time. */
export interface AuthorList extends PageRequest {
  readonly order: AuthorOrder;
  readonly hasCount: boolean;
}

/** A page of the people who have published something. The count of each is 0 where it is not wanted. */
export async function listAuthors(
  context: Context,
  caller: Caller,
  { order, hasCount, ...page }: AuthorList,
): Promise<Page<Author>> {
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectAuthors(context.db, order, page, hasCount),
  ]);
  return toPage(loaded[0], page, (author) => [author[order.by], author.id]);
}

/** @throws {AuthorNotFound} 40404 */
export async function readAuthor(context: Context, caller: Caller, key: string): Promise<Author> {
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectAuthor(context.db, key),
  ]);
  const [author] = loaded[0];
  if (!author) throw new AuthorNotFound();
  return author;
}
