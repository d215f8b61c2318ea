import { eq } from "drizzle-orm";

import type { Database } from "#core/db";
import { newsletters, sends } from "#repository/models";

/** A send with what its readers get, and the newsletter it goes through. */
export const selectLetter = (db: Database, sendId: string) =>
  db
    .select({ send: sends, newsletter: newsletters })
    .from(sends)
    .innerJoin(newsletters, eq(newsletters.id, sends.newsletterId))
    .where(eq(sends.id, sendId));

export type LetterRow = Awaited<ReturnType<typeof selectLetter>>[number];
