import { AuthorNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { type AuthorRow, selectAuthor, selectAuthors } from "#repository/authors";

import { look } from "./perform";

/** Somebody who has published something, as everyone may know them. */
export type Author = AuthorRow;

/** A page of the people who have published something, by name. */
export async function listAuthors(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<Author>> {
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectAuthors(context.db, page),
  ]);
  return toPage(loaded[0], page, ({ name, id }) => [name, id]);
}

/** @throws {AuthorNotFound} 40404 */
export async function readAuthor(context: Context, caller: Caller, slug: string): Promise<Author> {
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectAuthor(context.db, slug),
  ]);
  const [author] = loaded[0];
  if (!author) throw new AuthorNotFound();
  return author;
}
