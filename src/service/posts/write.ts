import { PermissionDenied, SlugTaken } from "#api/exceptions";
import type { Context } from "#core/context";
import type { Caller } from "#domain/actors";
import {
  draftPost,
  fieldsOf,
  mayCredit,
  mayEdit,
  mayPublish,
  type Post,
  type PostFields,
  revisePost,
} from "#domain/posts";
import { slugify } from "#domain/slugs";
import { selectBylines } from "#repository/authors";
import { insertPost, selectPost, selectSlugsLike } from "#repository/posts";
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
    ],
    decide: (actor, [taken, people, labels], attempt) => {
      const named = labelsOf(actor, tags ?? [], labels);
      const post = draftPost({
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
      if (!mayCredit(actor, post.authors)) throw new PermissionDenied("posts:write");
      if (status === "published" && !mayPublish(actor, post)) {
        throw new PermissionDenied("posts:publish");
      }
      return {
        result: post,
        statements: [
          ...named.made.map((tag) => insertTag(context.db, tag)),
          ...insertPost(context.db, post, { by: actor.userId, fields: fieldsOf(post) }),
        ],
        audit: [{ action: "post.create", entity: "post", entityId: post.id, version: 1 }],
      };
    },
  });
}

/**
 * Changes what is given and leaves the rest. The old slug of a published post leads to the new one.
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
      selectSlugsLike(db, slug ?? ""),
      selectBylines(db, [...(authors ?? [])]),
      selectTagsNamed(db, namesOf(tags ?? [])),
    ],
    decide: (actor, [found, taken, people, labels]) => {
      const post = expectPost(actor, found[0], target, mayEdit);
      if (
        slug !== undefined &&
        taken.some((other) => other.slug === slug && other.postId !== post.id)
      ) {
        throw new SlugTaken(slug);
      }
      const named = labelsOf(actor, tags ?? [], labels);
      const next = revisePost(post, {
        ...fields,
        ...(slug === undefined ? {} : { slug }),
        ...(authors ? { authors: creditsOf(authors, people) } : {}),
        ...(tags ? { tags: named.labels } : {}),
      });
      if (!mayCredit(actor, next.authors)) throw new PermissionDenied("posts:write");
      const decision = saved({ context, actor, action: "post.update" }, post, next);
      const made = named.made.map((tag) => insertTag(context.db, tag));
      return { ...decision, statements: [...made, ...decision.statements] };
    },
  });
}
