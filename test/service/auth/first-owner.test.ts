import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";

import { InviteRequired, SetupTokenInvalid } from "#api/exceptions";
import { createContext } from "#core/context";
import { readSettings } from "#core/settings";
import { users } from "#repository/models";
import { signUp } from "#service/auth/sign-up";
import { newAddress } from "#test/support/people";

const local = createContext(env, { waitUntil: () => undefined }, "test");
const deployed = {
  ...local,
  settings: { ...local.settings, ENVIRONMENT: "production" as const },
};
const { SETUP_TOKEN = "" } = readSettings(env);

const caller = () => ({ credential: null, repeat: null, network: newAddress(), userAgent: null });

const wish = (setupToken: string | null) => ({
  name: `Ada ${crypto.randomUUID()}`,
  email: `${crypto.randomUUID()}@example.com`,
  password: "seven quiet otters at noon",
  setupToken,
  inviteToken: null,
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Holds back what would save until `count` have come this far: nobody is ahead of the others by chance. */
function startTogether(count: number): void {
  const real = globalThis.fetch;
  const { promise: start, resolve: go } = Promise.withResolvers<void>();
  let waiting = 0;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (JSON.stringify(init.body).includes("abort_unless")) {
      waiting += 1;
      if (waiting === count) go();
      await start;
    }
    return real(url, init);
  });
}

// In this order: the database of this file has nobody until the last test.
describe("the first account", () => {
  it.each([
    ["without the setup token", null],
    ["with an empty one", ""],
    ["with a wrong one", "not the setup token"],
    ["with a part of it", SETUP_TOKEN.slice(0, -1)],
  ])("is nobody's %s on a deployment", async (_how, setupToken) => {
    await expect(signUp(deployed, caller(), wish(setupToken))).rejects.toThrow(SetupTokenInvalid);
    expect(await local.db.$count(users)).toBe(0);
  });

  it("is nobody's on a deployment that has no setup token", async () => {
    const { SETUP_TOKEN: _none, ...settings } = deployed.settings;
    const unset = { ...deployed, settings };
    for (const setupToken of [null, "", "undefined"]) {
      await expect(signUp(unset, caller(), wish(setupToken))).rejects.toThrow(SetupTokenInvalid);
    }
  });

  it("is nobody's with a wrong setup token even on one's own machine", async () => {
    await expect(signUp(local, caller(), wish("wrong"))).rejects.toThrow(SetupTokenInvalid);
  });

  it("makes one owner, however many sign up at once", async () => {
    startTogether(12);
    const attempts = await Promise.allSettled(
      Array.from({ length: 12 }, () => signUp(deployed, caller(), wish(SETUP_TOKEN))),
    );
    const made = attempts.filter(({ status }) => status === "fulfilled");
    expect(made).toHaveLength(1);
    for (const attempt of attempts) {
      if (attempt.status === "rejected") expect(attempt.reason).toBeInstanceOf(InviteRequired);
    }
    expect(await local.db.select({ role: users.role }).from(users)).toEqual([{ role: "owner" }]);
  });

  it("opens no second one, not even for the setup token", async () => {
    await expect(signUp(deployed, caller(), wish(SETUP_TOKEN))).rejects.toThrow(InviteRequired);
    await expect(signUp(local, caller(), wish(null))).rejects.toThrow(InviteRequired);
  });
});
