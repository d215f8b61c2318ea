import { PermissionDenied, PostNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import type { Actor, Caller } from "#domain/actors";
import { postEvents } from "#domain/content-events";
import type { Permission } from "#domain/permissions";
import { plannedJobs } from "#domain/plans";
import { fieldsOf, mayRead, type Post, type PostRevision, revisePost } from "#domain/posts";
import { cancelJob } from "#repository/jobs";
import { selectPost, updatePost } from "#repository/posts";
import { type Decision, perform } from "#service/perform";
import { type Base, expectBase } from "#service/versions";

/** A post, and the version of it that a change is based on. */
export interface Target extends Base<Post> {
  readonly id: string;
}

/** A change that needs to know nothing but the post. */
export interface PostTransition {
  readonly permission: Permission;
  /** What the audit calls it. */
  readonly action: string;
  readonly may: (actor: Actor, post: Post) => boolean;
  /** What becomes different; throws when the post is not in a state for it. */
  readonly change: (post: Post) => PostRevision;
}

/** @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200 */
export function changePost(
  context: Context,
  caller: Caller,
  target: Target,
  { permission, action, may, change }: PostTransition,
): Promise<Post> {
  return perform(context, caller, {
    permission,
    load: (db) => [selectPost(db, target.id)],
    decide: async (actor, [[found]]) => {
      const post = await expectPost(actor, found, target, may);
      return saved({ context, actor, action }, post, revisePost(post, change(post)));
    },
  });
}

/**
 * The post, when the actor may do this with it.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 */
export async function expectPost(
  actor: Actor,
  post: Post | undefined,
  target: Target,
  may: (actor: Actor, post: Post) => boolean,
): Promise<Post> {
  if (!post || post.deletedAt !== null) throw new PostNotFound();
  if (!may(actor, post)) {
    if (!mayRead(actor, post)) throw new PostNotFound();
    throw new PermissionDenied("this with this post");
  }
  await expectBase(post, target);
  return post;
}

/** The next version of a post, with its revision and its audit entry. Jobs that it names no more are cancelled. */
export const saved = (
  { context, actor, action }: { context: Context; actor: Actor; action: string },
  before: Post,
  post: Post,
): Decision<Post> => ({
  result: post,
  statements: [
    ...plannedJobs(before)
      .filter((id) => !plannedJobs(post).includes(id))
      .map((id) => cancelJob(context.db, id, post.updatedAt)),
    ...updatePost(context.db, before, post, { by: actor.userId, fields: fieldsOf(post) }),
  ],
  audit: [{ action, entity: "post", entityId: post.id, version: post.version }],
  events: postEvents(before, post),
});
