import type { Handler } from "#api/edge/edge";
import { GHOST_VERSION } from "#service/ghost/version";

import { ghostVersionIn, isGhostAddress } from "./paths";

/** The version that a request names, in its header or, as clients did before Ghost 5, in its address. */
export function acceptVersionOf({ url, headers }: Request): string | undefined {
  const old = ghostVersionIn(url);
  return headers.get("accept-version") ?? (old === undefined ? undefined : `${old}.0`);
}

/**
 * Tells whoever names a version of Ghost which one answers, and whoever names an old one that it is. Stands
 * before whatever keeps answers: what it adds depends on who asks, and what is kept is for everybody.
 */
export const withGhostVersions =
  (handler: Handler): Handler =>
  (request, env, execution) => {
    const response = handler(request, env, execution);
    return isGhostAddress(request.url) ? tellVersion(request, response) : response;
  };

async function tellVersion(
  request: Request,
  answered: Response | Promise<Response>,
): Promise<Response> {
  const given = await answered;
  const response = new Response(given.body, given);
  const { headers } = response;
  headers.set("Vary", ["Accept-Version", headers.get("Vary") ?? ""].filter(Boolean).join(", "));
  if (acceptVersionOf(request) !== undefined) headers.set("Content-Version", `v${GHOST_VERSION}`);
  const old = ghostVersionIn(request.url);
  if (old === undefined) return response;
  const { pathname } = new URL(request.url);
  headers.set("Deprecation", `version="${old}"`);
  const area = pathname.split("/")[4] ?? "content";
  headers.append("Link", `</ghost/api/${area}/>; rel="latest-version"`);
  return response;
}
