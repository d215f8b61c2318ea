import { PostNotFound, RevisionNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Actor, Caller } from "#domain/actors";
import { reaches } from "#domain/permissions";
import {
  editable,
  isOwn,
  mayEdit,
  type Post,
  type PostFields,
  revisePost,
  withPictures,
} from "#domain/posts";
import { selectPicturesOfRevision } from "#repository/pictures";
import { selectPost } from "#repository/posts";
import { selectRevision, selectRevisions } from "#repository/revisions";

import { ask, perform } from "./perform";
import { expectPost, saved, type Target } from "./posts/change";

/** A revision as lists have it. */
export type RevisionSummary = Awaited<ReturnType<typeof selectRevisions>>[number];
export type Revision = Awaited<ReturnType<typeof selectRevision>>[number];

/**
 * A page of what a post was, newest first. Only those see it who may see the post as a draft.
 *
 * @throws {PostNotFound} 40401
 */
export async function listRevisions(
  context: Context,
  caller: Caller,
  postId: string,
  page: PageRequest,
): Promise<Page<RevisionSummary>> {
  const { actor, loaded } = await ask(context, caller, "posts:read", [
    selectPost(context.db, postId),
    selectRevisions(context.db, postId, page),
  ]);
  expectOwnPost(actor, loaded[0][0]);
  return toPage(loaded[1], page, ({ number }) => [number]);
}

/** @throws {PostNotFound} 40401, {@link RevisionNotFound} 40402 */
export async function readRevision(
  context: Context,
  caller: Caller,
  postId: string,
  number: number,
): Promise<Revision> {
  const { actor, loaded } = await ask(context, caller, "posts:read", [
    selectPost(context.db, postId),
    selectRevision(context.db, postId, number),
  ]);
  expectOwnPost(actor, loaded[0][0]);
  const [revision] = loaded[1];
  if (!revision) throw new RevisionNotFound();
  return revision;
}

/**
 * Makes a post read as it did at a revision, as a new version. Its slug, status, byline and tags stay.
 *
 * @throws {PostNotFound} 40401, {@link RevisionNotFound} 40402
 * @throws {PermissionDenied} 40300, {@link StaleVersion} 41200
 */
export function restoreRevision(
  context: Context,
  caller: Caller,
  target: Target,
  number: number,
): Promise<Post> {
  return perform(context, caller, {
    permission: "posts:write",
    load: (db) => [
      selectPost(db, target.id),
      selectRevision(db, target.id, number),
      selectPicturesOfRevision(db, target.id, number),
    ],
    decide: async (actor, [[found], [revision], pictures]) => {
      const post = await expectPost(actor, found, target, mayEdit);
      if (!revision) throw new RevisionNotFound();
      const known = [...post.pictures, ...pictures.map(({ picture }) => picture)];
      const next = withPictures(revisePost(post, fieldsIn(revision)), known);
      return saved({ context, actor, action: "post.restore_revision" }, post, next);
    },
  });
}

/** A revision may be older than a field: what it does not know stays as it is. */
const fieldsIn = ({ fields }: Revision): Partial<PostFields> =>
  Object.fromEntries(editable.filter((name) => name in fields).map((name) => [name, fields[name]]));

/** @throws {PostNotFound} 40401 */
function expectOwnPost(actor: Actor, post: Post | undefined): void {
  const isTheirs =
    post && post.deletedAt === null && reaches(actor, "posts:read", isOwn(actor, post));
  if (!isTheirs) throw new PostNotFound();
}
