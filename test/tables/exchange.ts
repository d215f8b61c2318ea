import { exports } from "cloudflare:workers";

import { ORIGIN } from "#test/support/requests";

/** A request down to its bytes, right or wrong. */
export interface Draft {
  readonly method: string;
  /** With its query, as it is to stand in the request. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content?: BodyInit;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The code of a problem; the status of anything else. */
  readonly code: number;
  /** Round trips to the database, as the worker counts them. */
  readonly roundTrips: number;
}

/** Sends it and reads the whole answer; redirects are not followed. */
export async function exchange({ method, path, headers, content }: Draft): Promise<Answer> {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    redirect: "manual",
    headers,
    ...(content === undefined ? {} : { body: content }),
  });
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const problem = /"internal_code":(\d{5})\b/u.exec(text)?.[1];
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  return {
    status: response.status,
    headers: response.headers,
    text,
    code: isProblem && problem !== undefined ? Number(problem) : response.status,
    roundTrips: Number(/desc="(\d+)"/u.exec(response.headers.get("server-timing") ?? "")?.[1]),
  };
}
