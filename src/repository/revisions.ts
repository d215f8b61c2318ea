import { and, desc, eq, lt } from "drizzle-orm";

import type { Database } from "#core/db";
import type { PageRequest } from "#core/pages";

import { postRevisions } from "./models";

/** A page of a post's revisions, newest first, without their text. */
export const selectRevisions = (db: Database, postId: string, { limit, after }: PageRequest) =>
  db
    .select({
      number: postRevisions.number,
      title: postRevisions.title,
      createdAt: postRevisions.createdAt,
      changedBy: postRevisions.changedBy,
    })
    .from(postRevisions)
    .where(
      and(
        eq(postRevisions.postId, postId),
        after === null ? undefined : lt(postRevisions.number, Number(after[0])),
      ),
    )
    .orderBy(desc(postRevisions.number))
    .limit(limit + 1);

export const selectRevision = (db: Database, postId: string, number: number) =>
  db
    .select()
    .from(postRevisions)
    .where(and(eq(postRevisions.postId, postId), eq(postRevisions.number, number)));
