import type { Database } from "#core/db";
import { postAuthors, posts, postTags, tags, users } from "#repository/models";

import { worldAuthors, worldPosts, worldTags } from "./world";

const found = <Thing extends { readonly slug: string }>(
  things: readonly Thing[],
  slug: string,
): Thing => {
  const thing = things.find((one) => one.slug === slug);
  if (!thing) throw new Error(`The world has no ${slug}`);
  return thing;
};

/** Writes the world into an empty database. */
export async function makeWorld(db: Database): Promise<void> {
  await db.batch([
    db.insert(users).values(worldAuthors.map((author) => ({ ...author, role: "author" as const }))),
    db.insert(tags).values([...worldTags]),
    db.insert(posts).values(
      worldPosts.map(({ letter: _letter, tags: _tags, authors: _authors, ...post }) => ({
        ...post,
        status: "published" as const,
        content: `The *text* of ${post.slug}.`,
        html: `<p>The <em>text</em> of ${post.slug}.</p>`,
        excerpt: post.customExcerpt ?? `The text of ${post.slug}.`,
        wordCount: 4,
        readingTime: 1,
        createdAt: post.publishedAt,
        updatedAt: post.publishedAt,
      })),
    ),
    db.insert(postTags).values(
      worldPosts.flatMap((post) =>
        post.tags.map((slug, position) => ({
          postId: post.id,
          tagId: found(worldTags, slug).id,
          position,
        })),
      ),
    ),
    db.insert(postAuthors).values(
      worldPosts.flatMap((post) =>
        post.authors.map((slug, position) => ({
          postId: post.id,
          userId: found(worldAuthors, slug).id,
          position,
        })),
      ),
    ),
  ]);
}
