import { PermissionDenied, SlugTaken } from "#api/exceptions";
import type { Context } from "#core/context";
import type { Database } from "#core/db";
import type { Caller } from "#domain/actors";
import { postEvents, tagEvent } from "#domain/content-events";
import { digestsIn } from "#domain/media/addresses";
import {
  draftPost,
  fieldsOf,
  mayCredit,
  mayEdit,
  mayPublish,
  type Post,
  type PostFields,
  revisePost,
  withPictures,
} from "#domain/posts";
import { slugify } from "#domain/slugs";
import type { NewTag } from "#domain/tags";
import { selectBylines } from "#repository/authors";
import { selectPictures } from "#repository/pictures";
import { insertPost, selectPost, selectPostIdsBySlug, selectSlugsLike } from "#repository/posts";
import { insertTag, selectTagsNamed } from "#repository/tags";
import { perform } from "#service/perform";

import { expectPost, saved, type Target } from "./change";
import { creditsOf, freeSlug, labelsOf, namesOf } from "./references";

/** What a client can say about a post. */
export interface PostInput extends Partial<PostFields> {
  readonly slug?: string;
  /** Ids of users, in the order of the byline. */
  readonly authors?: readonly string[];
  /** Ids, slugs or names; a name that no tag has makes one. */
  readonly tags?: readonly string[];
}

export interface NewPostInput extends PostInput {
  readonly title: string;
  readonly content: string;
  readonly status?: "draft" | "published";
}

/**
 * Makes a post. Its slug comes from the title unless one is given, with a number behind it when another
 * post has it.
 *
 * @throws {PermissionDenied} 40300 for publishing, or crediting others, without the role for it.
 * @throws {SlugTaken} 40904, {@link ReferenceUnknown} 42204
 */
export function createPost(context: Context, caller: Caller, input: NewPostInput): Promise<Post> {
  const { status = "draft", slug, authors, tags, ...fields } = input;
  const base = slug ?? slugify(input.title);
  return perform(context, caller, {
    permission: "posts:write",
    load: (db) => [
      selectSlugsLike(db, base),
      selectBylines(db, [...(authors ?? [])]),
      selectTagsNamed(db, namesOf(tags ?? [])),
      selectPictures(db, picturesIn(input)),
    ],
    decide: async (actor, [taken, people, labels, pictures], attempt) => {
      const named = await labelsOf(actor, tags ?? [], labels, attempt);
      const draft = draftPost({
        fields,
        slug: freeSlug(
          base,
          taken.map((other) => other.slug),
          { isWished: slug !== undefined, attempt },
        ),
        status,
        authors: authors ? creditsOf(authors, people) : [actor.byline],
        tags: named.labels,
        createdBy: actor.userId,
      });
      const post = withPictures(
        draft,
        pictures.map(({ picture }) => picture),
      );
      if (!mayCredit(actor, post.authors)) throw new PermissionDenied("posts:write");
      if (status === "published" && !mayPublish(actor, post)) {
        throw new PermissionDenied("posts:publish");
      }
      const made = making(context.db, named.made);
      return {
        result: post,
        statements: [
          ...made.statements,
          ...insertPost(context.db, post, { by: actor.userId, fields: fieldsOf(post) }),
        ],
        audit: [{ action: "post.create", entity: "post", entityId: post.id, version: 1 }],
        events: [...made.events, ...postEvents(null, post)],
      };
    },
  });
}

/**
 * Changes what is given and leaves the rest; for nothing there is no new version. The old slug of a published
 * post leads to the new one.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 * @throws {SlugTaken} 40904, {@link ReferenceUnknown} 42204
 */
export function editPost(
  context: Context,
  caller: Caller,
  target: Target,
  input: PostInput,
): Promise<Post> {
  const { slug, authors, tags, ...fields } = input;
  return perform(context, caller, {
    permission: "posts:write",
    load: (db) => [
      selectPost(db, target.id),
      selectBylines(db, [...(authors ?? [])]),
      selectTagsNamed(db, namesOf(tags ?? [])),
      selectPictures(db, picturesIn(input)),
      ...(slug === undefined ? [] : [selectPostIdsBySlug(db, slug)]),
    ],
    decide: async (actor, [found, people, labels, pictures, holders = []], attempt) => {
      const post = await expectPost(actor, found[0], target, mayEdit);
      if (Object.keys(input).length === 0) return { result: post, statements: [], audit: [] };
      if (slug !== undefined && holders.some(({ id }) => id !== post.id)) throw new SlugTaken(slug);
      const named = await labelsOf(actor, tags ?? [], labels, attempt);
      const revised = revisePost(post, {
        ...fields,
        ...(slug === undefined ? {} : { slug }),
        ...(authors ? { authors: creditsOf(authors, people) } : {}),
        ...(tags ? { tags: named.labels } : {}),
      });
      const known = [...post.pictures, ...pictures.map(({ picture }) => picture)];
      const next = withPictures(revised, known);
      if (!mayCredit(actor, next.authors)) throw new PermissionDenied("posts:write");
      const decision = saved({ context, actor, action: "post.update" }, post, next);
      const made = making(context.db, named.made);
      return {
        ...decision,
        statements: [...made.statements, ...decision.statements],
        events: [...made.events, ...(decision.events ?? [])],
      };
    },
  });
}

/** The files of ours that a post could show: what is rendered of its text shows no others. */
const picturesIn = ({ featureImage, ogImage, content }: PostInput): string[] =>
  digestsIn(featureImage ?? null, ogImage ?? null, content ?? null);

/** The tags that a post brings with it. */
const making = (db: Database, tags: readonly NewTag[]) => ({
  statements: tags.map((tag) => insertTag(db, tag)),
  events: tags.map((tag) => tagEvent("created", null, tag)),
});
