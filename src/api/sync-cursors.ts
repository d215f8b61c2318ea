import { z } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";

import { base64url, fromBase64url, sign, verify } from "#core/tokens";
import type { SyncPage } from "#service/sync";

import type { AppEnv } from "./dependencies";
import { CursorInvalid } from "./exceptions";
import { partsOfCursor } from "./pages";

type Position = SyncPage["position"];

const Told = z.tuple([z.enum(["post", "tag", "author"]), z.uuid(), z.string()]);
const Payload = z.tuple([z.string(), z.string(), Told.nullable()]);

/** As `sync` has it in front, no cursor of a list is one of these. */
const signed = (payload: string): string => `sync\n${payload}`;

/**
 * Where a copy stands; null for one that begins. Signed as the cursors of lists are: a wrong one is an error and
 * never the beginning.
 *
 * @throws {CursorInvalid} 40001
 */
export async function readSyncCursor(
  c: HonoContext<AppEnv>,
  cursor: string | undefined,
): Promise<Position | null> {
  if (cursor === undefined) return null;
  const { payload, signature } = partsOfCursor(cursor);
  const { APP_SECRET } = c.var.context.settings;
  if (!(await verify(APP_SECRET, "cursor", signed(payload), signature))) throw new CursorInvalid();
  const [changedIn, id, told] = Payload.parse(JSON.parse(fromBase64url(payload) ?? "null"));
  return {
    changedIn,
    id,
    told: told && { entity: told[0], entityId: told[1], changedIn: told[2] },
  };
}

export async function writeSyncCursor(
  c: HonoContext<AppEnv>,
  { changedIn, id, told }: Position,
): Promise<string> {
  const values: z.infer<typeof Payload> = [
    changedIn,
    id,
    told && [told.entity, told.entityId, told.changedIn],
  ];
  const payload = base64url(new TextEncoder().encode(JSON.stringify(values)));
  const { APP_SECRET } = c.var.context.settings;
  return `${payload}.${await sign(APP_SECRET, "cursor", signed(payload))}`;
}
