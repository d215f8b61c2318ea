import { ApiKeyLimitReached, ApiKeyNotFound, PermissionDenied } from "#api/exceptions";
import type { Context } from "#core/context";
import { newId, now, secondsFromNow } from "#core/ids";
import { type Page, type PageRequest, toPage } from "#core/pages";
import { sha256 } from "#core/tokens";
import type { Caller } from "#domain/actors";
import {
  type ApiKey,
  hintOf,
  KEY_LIMIT,
  newKey,
  scopeBeyond,
  SECRET_KEY_SECONDS,
} from "#domain/api-keys";
import { type Permission, scopes as keyScopes } from "#domain/permissions";
import {
  deleteApiKey as deleteApiKeyRow,
  insertApiKey,
  selectApiKey,
  selectApiKeys,
  TOO_MANY_KEYS,
} from "#repository/api-keys";

import { explainAborts } from "./aborts";
import { ask, perform } from "./perform";

/** What a secret key can be given. */
export const grantableScopes = keyScopes;

/** A key as its maker sees it once. */
export interface NewApiKey extends ApiKey {
  /** Null when this is the answer to a repeated request: the key is kept nowhere. */
  readonly key: string | null;
}

export interface ApiKeyWish {
  readonly name: string;
  readonly kind: ApiKey["kind"];
  readonly scopes: readonly Permission[];
  /** Null for never, or for the default where a key has to expire. */
  readonly expiresAt: string | null;
}

/**
 * Makes a key for a program. It never has more than its maker's role has at the time it is used.
 *
 * @throws {ApiKeyLimitReached} 40912, {@link PermissionDenied} 40300
 */
export function createApiKey(
  context: Context,
  caller: Caller,
  { name, kind, scopes, expiresAt }: ApiKeyWish,
): Promise<NewApiKey> {
  const save = () =>
    perform<[], NewApiKey>(context, caller, {
      permission: "keys:manage",
      load: () => [],
      decide: async (actor) => {
        const beyond = scopeBeyond(actor.role, scopes);
        if (beyond) throw new PermissionDenied(beyond);
        const key = newKey(kind);
        const row: ApiKey = {
          id: newId(),
          name,
          kind,
          hint: hintOf(key),
          scopes: [...new Set(scopes)],
          expiresAt: expiresAt ?? (kind === "secret" ? secondsFromNow(SECRET_KEY_SECONDS) : null),
          createdBy: actor.userId,
          createdAt: now(),
        };
        return {
          result: { ...row, key },
          remembered: { ...row, key: null },
          statements: insertApiKey(context.db, { ...row, keyHash: await sha256(key) }, KEY_LIMIT),
          audit: [
            {
              action: "api_key.create",
              entity: "api_key",
              entityId: row.id,
              version: null,
              changes: { kind, scopes: row.scopes },
            },
          ],
        };
      },
    });
  return explainAborts(save, { [TOO_MANY_KEYS]: () => new ApiKeyLimitReached(KEY_LIMIT) });
}

/** A page of everybody's keys, newest first. */
export async function listApiKeys(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<ApiKey>> {
  const { loaded } = await ask(context, caller, "keys:manage", [selectApiKeys(context.db, page)]);
  return toPage(loaded[0], page, ({ createdAt, id }) => [createdAt, id]);
}

/** @throws {ApiKeyNotFound} 40408 */
export async function readApiKey(context: Context, caller: Caller, id: string): Promise<ApiKey> {
  const { loaded } = await ask(context, caller, "keys:manage", [selectApiKey(context.db, id)]);
  const [key] = loaded[0];
  if (!key) throw new ApiKeyNotFound();
  return key;
}

/** Ends a key at once. @throws {ApiKeyNotFound} 40408 */
export function deleteApiKey(context: Context, caller: Caller, id: string): Promise<null> {
  return perform(context, caller, {
    permission: "keys:manage",
    load: (db) => [selectApiKey(db, id)],
    decide: (_actor, [[key]]) => {
      if (!key) throw new ApiKeyNotFound();
      return {
        result: null,
        statements: [deleteApiKeyRow(context.db, id)],
        audit: [{ action: "api_key.delete", entity: "api_key", entityId: id, version: null }],
      };
    },
  });
}
