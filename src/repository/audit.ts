import type { Database } from "#core/db";

import { auditEntries } from "./models";

export type NewAuditEntry = Omit<typeof auditEntries.$inferInsert, "id" | "createdAt">;

/**
 * Writes down who did what. With a `version`, it is the fence as well: the second change to make the
 * same version of the same thing runs into `audit_entries_version_key` and is undone.
 */
export const insertAuditEntries = (
  db: Database,
  entries: readonly [NewAuditEntry, ...NewAuditEntry[]],
) => db.insert(auditEntries).values([...entries]);
