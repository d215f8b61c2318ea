import type { Context } from "#core/context";
import type { Caller } from "#domain/actors";
import { markdownFileOf, plainFileOf } from "#domain/post-texts";
import type { Post } from "#domain/posts";

import { readPost } from "./read";

/** What a post can be had as, besides JSON. */
export type TextFormat = "markdown" | "plaintext";

/**
 * A post by id or slug as one text, as far as the caller may read it: of what is for members, strangers get
 * what it is about and no text.
 *
 * @throws {PostNotFound} 40401
 */
export async function readPostText(
  context: Context,
  caller: Caller,
  key: string,
  format: TextFormat,
): Promise<{ post: Post; text: string }> {
  const post = await readPost(context, caller, key);
  const { SITE_URL } = context.settings;
  return { post, text: format === "markdown" ? markdownFileOf(post, SITE_URL) : plainFileOf(post) };
}
