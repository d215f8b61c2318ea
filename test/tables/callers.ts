import { randomSecret } from "#core/tokens";
import { type Permission, scopes } from "#domain/permissions";
import { givenPublishableKey, givenSecretKey, givenUser, type Person } from "#test/support/people";

import { passwordHash } from "./things";

/**
 * Whoever can ask, in the order of the access table. `nobody` shows a token that opens nothing. `key` is
 * an owner's key with the scopes that the route takes, `author's key` an author's, and `other key` an
 * owner's with every scope there is but the route's.
 */
export const callers = [
  "anonymous",
  "publishable key",
  "nobody",
  "contributor",
  "author",
  "editor",
  "admin",
  "owner",
  "key",
  "author's key",
  "other key",
] as const;
export type CallerName = (typeof callers)[number];

export interface GivenCaller {
  /** Whoever asks or whom the key belongs to; for strangers, somebody they do not come as. */
  readonly holder: Person;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a key needs at a route. */
export interface Scopes {
  /** Null where no permission is asked for. */
  readonly permission: Permission | null;
  readonly also: readonly Permission[];
}

/** A caller whom nobody else comes as. */
export async function givenCaller(name: CallerName, needed: Scopes): Promise<GivenCaller> {
  const own = needed.permission === null ? [] : [needed.permission];
  const right = [...own, ...needed.also];
  const others = scopes.filter((scope) => scope !== needed.permission);
  switch (name) {
    case "anonymous":
      return { holder: await givenUser({ role: "owner", passwordHash }), headers: {} };
    case "nobody": {
      const holder = await givenUser({ role: "owner", passwordHash });
      return { holder, headers: { authorization: `Bearer ses_${randomSecret()}` } };
    }
    case "publishable key": {
      const holder = await givenUser({ role: "owner", passwordHash });
      return { holder, headers: (await givenPublishableKey(holder)).headers };
    }
    case "key":
    case "other key": {
      const holder = await givenUser({ role: "owner", passwordHash });
      const scope = name === "key" ? right : others;
      return { holder, headers: (await givenSecretKey(holder, scope)).headers };
    }
    case "author's key": {
      const holder = await givenUser({ role: "author", passwordHash });
      return { holder, headers: (await givenSecretKey(holder, right)).headers };
    }
    default: {
      const holder = await givenUser({ role: name, passwordHash });
      return { holder, headers: holder.headers };
    }
  }
}
