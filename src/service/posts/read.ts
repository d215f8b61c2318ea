import { PostNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { isId } from "#core/ids";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Actor, Caller } from "#domain/actors";
import { rolesReachingAny } from "#domain/permissions";
import { mayRead, mayReadText, type Post, type PostSummary, unscheduled } from "#domain/posts";
import { type PostFilter, selectPost, selectPostBySlug, selectPosts } from "#repository/posts";
import { look } from "#service/perform";

/**
 * A post by id or slug, as far as the caller may read it: a text for members is empty to strangers, and so is
 * an excerpt made of it.
 *
 * @throws {PostNotFound} 40401
 */
export async function readPost(context: Context, caller: Caller, key: string): Promise<Post> {
  const query = isId(key) ? selectPost(context.db, key) : selectPostBySlug(context.db, key);
  const { actor, loaded } = await look(context, { ...caller, repeat: null }, [query]);
  const [post] = loaded[0];
  if (!post || !mayRead(actor, post)) throw new PostNotFound();
  const shown = shownTo(actor, post);
  return mayReadText(actor, post) ? shown : { ...shown, content: "", html: "" };
}

/** Strangers are told nothing of plans, and of what is for members only the excerpt that somebody wrote. */
function shownTo<Shown extends PostSummary>(actor: Actor | null, post: Shown): Shown {
  if (actor !== null) return post;
  const excerpt = mayReadText(actor, post) ? post.excerpt : (post.customExcerpt ?? "");
  return { ...post, ...unscheduled, publishLag: null, excerpt };
}

/** A page of the posts that the caller may read, each as {@link readPost} shows it. */
export async function listPosts(
  context: Context,
  caller: Caller,
  filter: PostFilter,
  page: PageRequest,
): Promise<Page<PostSummary>> {
  const reader = { credential: caller.credential, readAll: rolesReachingAny("posts:read") };
  const { actor, loaded } = await look(context, { ...caller, repeat: null }, [
    selectPosts(context.db, reader, filter, page),
  ]);
  const posts = loaded[0].map((post) => shownTo(actor, post));
  return toPage(posts, page, (post) => [sortValueOf(post, filter), post.id]);
}

function sortValueOf(post: PostSummary, { order }: PostFilter): string {
  if (order.by === "title") return post.title;
  if (order.by === "created_at") return post.createdAt;
  if (order.by === "updated_at") return post.updatedAt;
  const planned = order.by === "publish_at" ? post.publishAt : null;
  return planned ?? post.publishedAt ?? post.createdAt;
}
