import { exports } from "cloudflare:workers";

/** Where the tests find the worker. */
export const ORIGIN = "https://imprint.test";

export interface Wanted {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON, null when it is not; its shape is what the test says it is. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  readonly etag: string;
  /** Round trips to the database. */
  readonly roundTrips: number;
}

/** One request to the worker, as a client makes it; redirects are not followed. */
export async function send(method: string, path: string, wanted: Wanted = {}): Promise<Sent> {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...(wanted.body === undefined ? {} : { "content-type": "application/json" }),
      ...wanted.headers,
    },
    ...(wanted.body === undefined ? {} : { body: JSON.stringify(wanted.body) }),
  });
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const isJson = /\bjson\b/u.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? JSON.parse(text) : null,
    etag: response.headers.get("etag") ?? "",
    roundTrips: Number(/desc="(\d+)"/u.exec(response.headers.get("server-timing") ?? "")?.[1]),
  };
}

/** The code of a refusal; undefined for any other answer. */
export const codeOf = ({ body }: Sent): number | undefined => body?.internal_code;
