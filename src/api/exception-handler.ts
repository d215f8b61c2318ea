import type { Context, ErrorHandler } from "hono";
import { getCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";

import { isUnavailable } from "#core/db";
import { isStorageAway } from "#core/files";
import { createLogger } from "#core/logging";
import { SettingsInvalid } from "#core/settings";

import { type AppEnv, SESSION_COOKIE } from "./dependencies";
import {
  ApiException,
  BodyTooLarge,
  CredentialsInvalid,
  DatabaseUnavailable,
  MalformedRequest,
  NotConfigured,
  StorageUnavailable,
  Unexpected,
  UnsupportedMediaType,
} from "./exceptions";
import type { Problem } from "./openapi";
import { clearSessionCookie } from "./session-cookie";

/** The largest JSON body, in bytes: the longest content takes up to three a character, in Chinese. */
export const BODY_LIMIT = 4 * 1024 * 1024;

/** The only place where an exception becomes a response (RFC 9457). */
export const handleException: ErrorHandler<AppEnv> = (error, c) => {
  const exception = toApiException(error);
  if (exception.status >= 500) {
    // Without settings there is no context, and no log that they could set.
    const log = c.var.context?.log ?? createLogger("error", { request_id: c.var.requestId });
    log.error("request.failed", { error: exception });
  }
  // A browser would send what opens nothing with every request, also where nobody has to say who they are.
  if (exception instanceof CredentialsInvalid && isByCookie(c)) clearSessionCookie(c);
  return answerException(c, exception);
};

const isByCookie = (c: Context<AppEnv>): boolean =>
  c.req.header("authorization") === undefined && getCookie(c, SESSION_COOKIE) !== undefined;

export function answerException(
  c: Context<AppEnv>,
  { internalCode, message, status, title, headers, extensions }: ApiException,
): Response {
  const problem: Problem = {
    type: `${new URL(c.req.url).origin}/errors#${internalCode}`,
    title,
    status,
    detail: message,
    instance: c.req.path,
    internal_code: internalCode,
    request_id: c.var.requestId,
    ...extensions,
  };
  return c.body(JSON.stringify(problem), status, {
    ...headers,
    "Content-Type": "application/problem+json; charset=utf-8",
  });
}

/** Hono and its validators raise HTTPException for what they cannot read. */
function toApiException(error: Error): ApiException {
  if (error instanceof ApiException) return error;
  if (error instanceof HTTPException) {
    if (error.status === 413) return new BodyTooLarge(BODY_LIMIT);
    if (error.status === 415) return new UnsupportedMediaType("application/json");
    if (error.status < 500) return new MalformedRequest(error);
  }
  if (error instanceof SettingsInvalid) return new NotConfigured(error);
  if (isUnavailable(error)) return new DatabaseUnavailable(error);
  if (isStorageAway(error)) return new StorageUnavailable(error);
  return new Unexpected(error);
}
