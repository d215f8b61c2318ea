import { PostNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { isId } from "#core/ids";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { rolesReachingAny } from "#domain/permissions";
import { mayRead, mayReadText, type Post, type PostSummary } from "#domain/posts";
import { type PostFilter, selectPost, selectPostBySlug, selectPosts } from "#repository/posts";
import { look } from "#service/perform";

/**
 * A post by id or slug, as far as the caller may read it: a text for members is empty to strangers.
 *
 * @throws {PostNotFound} 40401
 */
export async function readPost(context: Context, caller: Caller, key: string): Promise<Post> {
  const query = isId(key) ? selectPost(context.db, key) : selectPostBySlug(context.db, key);
  const { actor, loaded } = await look(context, { ...caller, repeat: null }, [query]);
  const [post] = loaded[0];
  if (!post || !mayRead(actor, post)) throw new PostNotFound();
  return mayReadText(actor, post) ? post : { ...post, content: "", html: "" };
}

/** A page of the posts that the caller may read. */
export async function listPosts(
  context: Context,
  caller: Caller,
  filter: PostFilter,
  page: PageRequest,
): Promise<Page<PostSummary>> {
  const reader = { credential: caller.credential, readAll: rolesReachingAny("posts:read") };
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectPosts(context.db, reader, filter, page),
  ]);
  return toPage(loaded[0], page, (post) => [sortValueOf(post, filter), post.id]);
}

function sortValueOf(post: PostSummary, { order }: PostFilter): string {
  if (order.by === "title") return post.title;
  if (order.by === "created_at") return post.createdAt;
  if (order.by === "updated_at") return post.updatedAt;
  return post.publishedAt ?? post.createdAt;
}
