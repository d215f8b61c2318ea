import type { Context as HonoContext } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";

import { type AppEnv, SESSION_COOKIE } from "./dependencies";

const attributes = { path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;

/** Lets a browser keep the session: for this host and HTTPS alone, out of the reach of scripts. */
export function setSessionCookie<Env extends AppEnv>(
  c: HonoContext<Env>,
  { token, expiresAt }: { token: string; expiresAt: string },
): void {
  setCookie(c, SESSION_COOKIE, token, { ...attributes, expires: new Date(expiresAt) });
}

export function clearSessionCookie<Env extends AppEnv>(c: HonoContext<Env>): void {
  deleteCookie(c, SESSION_COOKIE, attributes);
}

/** Documents the header. */
export const sessionCookieHeader = {
  "Set-Cookie": {
    description: "`__Host-session`: the same token, for browsers.",
    schema: { type: "string" as const },
  },
};
