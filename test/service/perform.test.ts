import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { sha256 } from "#core/tokens";
import type { Caller } from "#domain/actors";
import { apiKeys, sessions, tags, users } from "#repository/models";
import { insertTag } from "#repository/tags";
import { perform } from "#service/perform";
import { givenSecretKey, givenUser, type Person } from "#test/support/people";

const context = createContext(env, { waitUntil: () => undefined }, "perform");
const { db } = context;

const callerOf = async (kind: "session" | "secret_key", secret: string): Promise<Caller> => ({
  credential: { kind, hash: await sha256(secret) },
  repeat: null,
  network: "2001:db8::/64",
  userAgent: null,
});

/** Makes a tag, with something else happening between looking and saving; tells how often it was decided. */
async function makeTag(caller: Caller, meanwhile: () => Promise<unknown>) {
  const id = newId();
  const moment = "2026-11-23T00:00:00.000Z";
  const tag = { id, slug: id, name: id, description: null, createdAt: moment, updatedAt: moment };
  const roles: string[] = [];
  const made = perform(context, caller, {
    permission: "tags:write",
    load: () => [],
    decide: async (actor) => {
      roles.push(actor.role);
      if (roles.length === 1) await meanwhile();
      const statements = [insertTag(db, { ...tag, version: 1 })];
      return { result: null, statements, audit: [] };
    },
  });
  const refusal = await made.then(
    () => null,
    (error: { internalCode?: number }) => error.internalCode,
  );
  return { refusal, roles, isThere: (await db.$count(tags, eq(tags.id, id))) === 1 };
}

describe("a change whose maker is looked at once more when it is saved", () => {
  const suspend = ({ id }: Person) =>
    db.update(users).set({ status: "suspended" }).where(eq(users.id, id));
  const giveRole = ({ id }: Person, role: "contributor" | "admin") =>
    db.update(users).set({ role }).where(eq(users.id, id));

  it("is not made by somebody who was suspended meanwhile", async () => {
    const editor = await givenUser();
    const outcome = await makeTag(await callerOf("session", editor.token), () => suspend(editor));
    expect(outcome).toMatchObject({ refusal: 40101, isThere: false });
  });

  it("is not made by somebody whose session was ended meanwhile", async () => {
    const editor = await givenUser();
    const outcome = await makeTag(await callerOf("session", editor.token), () =>
      db.delete(sessions).where(eq(sessions.id, editor.sessionId)),
    );
    expect(outcome).toMatchObject({ refusal: 40101, isThere: false });
  });

  it("is not made with a key that was revoked meanwhile, nor with one whose maker was suspended", async () => {
    const editor = await givenUser();
    const revoked = await givenSecretKey(editor, ["tags:write"]);
    const kept = await givenSecretKey(editor, ["tags:write"]);
    const outcomes = [
      await makeTag(await callerOf("secret_key", revoked.key), () =>
        db.delete(apiKeys).where(eq(apiKeys.id, revoked.id)),
      ),
      await makeTag(await callerOf("secret_key", kept.key), () => suspend(editor)),
    ];
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ refusal: 40101, isThere: false });
    }
  });

  it("is not made by somebody who may not any more", async () => {
    const editor = await givenUser();
    const outcome = await makeTag(await callerOf("session", editor.token), () =>
      giveRole(editor, "contributor"),
    );
    expect(outcome).toEqual({ refusal: 40300, roles: ["editor"], isThere: false });
  });

  it("is decided afresh for somebody who has another role now, and still may", async () => {
    const editor = await givenUser();
    const outcome = await makeTag(await callerOf("session", editor.token), () =>
      giveRole(editor, "admin"),
    );
    expect(outcome).toEqual({ refusal: null, roles: ["editor", "admin"], isThere: true });
  });

  it("is made in one go when nothing of that happened", async () => {
    const editor = await givenUser();
    const outcome = await makeTag(await callerOf("session", editor.token), () => Promise.resolve());
    expect(outcome).toEqual({ refusal: null, roles: ["editor"], isThere: true });
  });
});
