import {
  ContentKeyMissing,
  ContentKeyOfOtherKind,
  ContentKeyRepeated,
  ContentKeyUnknown,
  MethodNotAllowed,
  RouteNotFound,
} from "#api/exceptions";
import type { Problem } from "#api/openapi";
import { isId } from "#core/ids";
import { GHOST_VERSION } from "#service/ghost/version";

import { ghostActionIn } from "./paths";

/** What Ghost says of a failure. Its clients read all nine, of the first. */
interface GhostError {
  readonly message: string;
  readonly context: string | null;
  readonly type: string;
  readonly details: null;
  readonly property: null;
  readonly help: string | null;
  readonly code: string | null;
  readonly id: string;
  readonly ghostErrorCode: null;
}

export interface GhostFailure {
  readonly status: number;
  readonly body: { readonly errors: readonly [GhostError] };
}

type Told = Partial<GhostError> & Pick<GhostError, "message" | "type">;

interface Kind {
  readonly type: string;
  /** What is said of it when Ghost knows what was to be done. */
  readonly words: string;
}

const kinds: Readonly<Record<number, Kind>> = {
  400: { type: "BadRequestError", words: "Request not understood error" },
  401: { type: "UnauthorizedError", words: "Authorisation error" },
  403: { type: "NoPermissionError", words: "Permission error" },
  404: { type: "NotFoundError", words: "Resource not found error" },
  413: { type: "RequestEntityTooLargeError", words: "Request too large" },
  415: { type: "UnsupportedMediaTypeError", words: "Unsupported media error" },
  422: { type: "ValidationError", words: "Validation error" },
  429: { type: "TooManyRequestsError", words: "Too many requests error" },
  500: { type: "InternalServerError", words: "Internal server error" },
  503: { type: "MaintenanceError", words: "Server down for maintenance" },
};
const unknownKind: Kind = { type: "InternalServerError", words: "Internal server error" };

/** What Ghost finds before it looks at what was to be done, and says as it is. */
const keyTroubles: ReadonlyMap<number, Partial<GhostError>> = new Map([
  [
    ContentKeyMissing.internalCode,
    {
      context:
        "Unable to determine the authenticated member or integration. Check the supplied Content API Key and ensure cookies are being passed through if member auth is failing.",
    },
  ],
  [ContentKeyRepeated.internalCode, { code: "INVALID_REQUEST" }],
  [ContentKeyUnknown.internalCode, { code: "UNKNOWN_CONTENT_API_KEY" }],
  [ContentKeyOfOtherKind.internalCode, { code: "INVALID_API_KEY_TYPE" }],
]);

const UNEXPECTED = "An unexpected error occurred, please try again.";

/**
 * A problem of ours in the words of Ghost.
 *
 * @param acceptVersion of the request: whoever asks for what is not there may be of another time.
 */
export function toGhostFailure(problem: Problem, acceptVersion: string | undefined): GhostFailure {
  const { status, internal_code: code, request_id: requestId } = problem;
  const isNowhere = code === RouteNotFound.internalCode || code === MethodNotAllowed.internalCode;
  if (isNowhere) return failureOf(requestId, ...nowhere(acceptVersion));
  const { type, words } = kinds[status] ?? unknownKind;
  const keyTrouble = keyTroubles.get(code);
  if (keyTrouble) {
    return failureOf(requestId, status, { message: problem.detail, type, ...keyTrouble });
  }
  const doing = ghostActionIn(problem.instance);
  const said = saidOf(problem, doing?.what);
  const told = { type, code: status === 500 ? "UNEXPECTED_ERROR" : null };
  return doing
    ? failureOf(requestId, status, {
        ...told,
        message: `${words}, cannot ${doing.action}.`,
        context: said,
      })
    : failureOf(requestId, status, { ...told, message: said });
}

function saidOf({ status, detail }: Problem, what: string | undefined): string {
  if (status === 500) return UNEXPECTED;
  if (status !== 404 || what === undefined) return detail;
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} not found.`;
}

/** Of what there is not, a client is told whether it may be ahead of us or behind. */
function nowhere(acceptVersion: string | undefined): [status: number, told: Told] {
  if (acceptVersion !== undefined) {
    const asked = numbersIn(acceptVersion);
    if (!asked) {
      return [400, { message: "Requested version is not supported.", type: "BadRequestError" }];
    }
    const difference = compare(asked, numbersIn(GHOST_VERSION) ?? []);
    if (difference !== 0) return [406, apart(acceptVersion, difference > 0)];
  }
  return [404, { message: "Resource not found", type: "NotFoundError" }];
}

const apart = (acceptVersion: string, isAhead: boolean): Told => ({
  message: "Request could not be served, the endpoint was not found.",
  context: `Provided client accept-version ${acceptVersion.slice(0, 100)} is ${isAhead ? "ahead of" : "behind"} current Ghost version v${GHOST_VERSION}.`,
  type: "RequestNotAcceptableError",
  help: isAhead ? "Try upgrading your Ghost install." : "Try upgrading your Ghost API client.",
  code: isAhead ? "UPDATE_GHOST" : "UPDATE_CLIENT",
});

/** The first version in a text, missing parts as zero, as Ghost reads it; undefined when there is none. */
function numbersIn(text: string): readonly number[] | undefined {
  const found = /(?<!\d)(\d{1,16})(?:\.(\d{1,16}))?(?:\.(\d{1,16}))?(?!\d)/u.exec(text);
  return found?.slice(1).map((part) => Number(part ?? 0));
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const failureOf = (requestId: string, status: number, told: Told): GhostFailure => ({
  status,
  body: {
    errors: [
      {
        message: told.message,
        context: told.context ?? null,
        type: told.type,
        details: null,
        property: null,
        help: told.help ?? null,
        code: told.code ?? null,
        // By which the operator finds it in the log, if the request was not named by its client.
        id: isId(requestId) ? requestId : crypto.randomUUID(),
        ghostErrorCode: null,
      },
    ],
  },
});
