/**
 * Every exception this API can raise.
 *
 * A class has a status, an internal code, what it means and what to do about it; `docs/errors.md` and
 * the OpenAPI document are made from these. Codes are public: unique, never reused, never renumbered.
 * A code is its status followed by two digits, and the compiler refuses any other.
 *
 * This file imports nothing, which is what lets service/ import it from below.
 */

type Status =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 412
  | 413
  | 415
  | 416
  | 422
  | 428
  | 429
  | 500
  | 503;
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type NumberIn<Text extends string> = Text extends `${infer Value extends number}` ? Value : never;
type InternalCode<Family extends Status> = NumberIn<`${Family}${Digit}${Digit}`>;

/** One thing wrong with one part of the request. */
export interface Detail {
  /** JSON Pointer (RFC 6901) into the body, or the name of a parameter or header. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

export abstract class ApiException extends Error {
  static readonly status: Status;
  static readonly internalCode: number;
  static readonly title: string;
  static readonly meaning: string;
  static readonly remedy: string;

  readonly status: Status;
  readonly internalCode: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>> = {};
  /** Members of the body beyond those every error has. */
  readonly extensions: Readonly<Record<string, unknown>> = {};

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.title;
    this.status = new.target.status;
    this.internalCode = new.target.internalCode;
    this.title = new.target.title;
  }
}

// --- 400 Bad request: 40000-40099 ----

abstract class BadRequest extends ApiException {
  static override readonly status = 400;
  static override readonly internalCode: InternalCode<400>;
}

export class MalformedRequest extends BadRequest {
  static override readonly internalCode = 40000;
  static override readonly title = "Malformed request";
  static override readonly meaning =
    "The body is not the JSON it says it is, or the address is not well formed.";
  static override readonly remedy =
    "Check the body with a JSON parser and the Content-Type header with the reference, then send it again.";
  constructor(cause?: unknown) {
    super("The request could not be read.", cause);
  }
}

export class CursorInvalid extends BadRequest {
  static override readonly internalCode = 40001;
  static override readonly title = "Cursor invalid";
  static override readonly meaning =
    "A cursor was changed, is from another list, or belongs to other filters or another order.";
  static override readonly remedy =
    "Take `next_cursor` exactly as the last page gave it and keep the other parameters the same, or leave the cursor out to begin again.";
  constructor() {
    super("This cursor was not made by this list.");
  }
}

export class IdempotencyKeyInvalid extends BadRequest {
  static override readonly internalCode = 40002;
  static override readonly title = "Idempotency-Key invalid";
  static override readonly meaning =
    "The Idempotency-Key header is too short, too long, or has characters that headers should not have.";
  static override readonly remedy = "Send a random value such as a UUID.";
  constructor() {
    super("An Idempotency-Key has 16 to 255 visible ASCII characters.");
  }
}

export class IfMatchInvalid extends BadRequest {
  static override readonly internalCode = 40003;
  static override readonly title = "If-Match invalid";
  static override readonly meaning = "The If-Match header is not an ETag of this resource.";
  static override readonly remedy = "Send the ETag of the version you have read, quotes included.";
  constructor() {
    super("If-Match must be one ETag as this API gave it.");
  }
}

export class ContentKeyRepeated extends BadRequest {
  static override readonly internalCode = 40070;
  static override readonly title = "Content key repeated";
  static override readonly meaning =
    "A request to the API for Ghost's clients has the parameter `key` more than once.";
  static override readonly remedy = "Send it once.";
  constructor() {
    super("Invalid Request");
  }
}

export class FilterInvalid extends BadRequest {
  static override readonly internalCode = 40071;
  static override readonly title = "Filter invalid";
  static override readonly meaning =
    "The `filter` of a request to the API for Ghost's clients is not written in NQL, names what the resource does not have, or asks for too much.";
  static override readonly remedy =
    "Compare it with Ghost's documentation of filters, and with what the resource has.";
  constructor(reason: "syntax" | "column" | "limit") {
    super(filterFaults[reason]);
  }
}

/** The first two are Ghost's own words. */
const filterFaults = {
  syntax: "Error parsing filter",
  column: "Could not understand request.",
  limit: "The filter is too long or has too many terms.",
} as const;

export class PageTooLong extends BadRequest {
  static override readonly internalCode = 40072;
  static override readonly title = "Page too long";
  static override readonly meaning =
    "A page that was asked for from the API for Ghost's clients has several posts whose texts are longer together than 8 MB, which is what one answer may have.";
  static override readonly remedy =
    "Ask for fewer posts a page with `limit`, or without their texts by naming `fields`. One post is answered however long it is.";
  constructor() {
    super(
      "The texts of this page are too long for one answer. Ask for fewer posts with `limit`, or without texts by naming `fields`.",
    );
  }
}

export class HistoryChanged extends BadRequest {
  static override readonly internalCode = 40061;
  static override readonly title = "History changed";
  static override readonly meaning =
    "This cursor was given before the database was put back to an earlier state or moved: what was told since then may never have happened.";
  static override readonly remedy =
    "Begin again: leave `since` out, and drop what is not told of until the end.";
  constructor() {
    super("The changes that this cursor follows on are not those of this database.");
  }
}

// --- 401 Unauthorized: 40100-40199 ----

abstract class Unauthorized extends ApiException {
  static override readonly status = 401;
  static override readonly internalCode: InternalCode<401>;
  override readonly headers = { "WWW-Authenticate": "Bearer" };
}

export class CredentialsMissing extends Unauthorized {
  static override readonly internalCode = 40100;
  static override readonly title = "Credentials missing";
  static override readonly meaning =
    "The route is not public and the request says nothing about who is asking.";
  static override readonly remedy =
    "Send `Authorization: Bearer …` with a session token or a secret key, or sign in with a cookie.";
  constructor() {
    super("Sign in, or send a token or a secret key in the Authorization header.");
  }
}

export class CredentialsInvalid extends Unauthorized {
  static override readonly internalCode = 40101;
  static override readonly title = "Credentials invalid";
  static override readonly meaning =
    "The session has ended, the key was revoked or has expired, the account is suspended, or the token was never one.";
  static override readonly remedy = "Sign in again, or make a new key.";
  constructor() {
    super("This session or key is not valid, or not any more.");
  }
}

export class SignInFailed extends Unauthorized {
  static override readonly internalCode = 40102;
  static override readonly title = "Sign in failed";
  static override readonly meaning =
    "The mail address or the password is wrong, or the account cannot sign in. The answer is the same in every case.";
  static override readonly remedy = "Check both, or ask for a password reset.";
  constructor() {
    super("No account has this address and this password.");
  }
}

export class SignatureInvalid extends Unauthorized {
  static override readonly internalCode = 40103;
  static override readonly title = "Signature invalid";
  static override readonly meaning =
    "The report is not signed with the secret that this deployment knows, is older than five minutes, or is not the one that was signed.";
  static override readonly remedy =
    "Set RESEND_WEBHOOK_SECRET to the signing secret that the provider shows for this address; look at the clock of the machine that asks.";
  constructor() {
    super("The signature does not fit, or is too old.");
  }
}

export class ContentKeyUnknown extends Unauthorized {
  static override readonly internalCode = 40160;
  static override readonly title = "Content key unknown";
  static override readonly meaning =
    "The `key` of a request to the API for Ghost's clients was revoked, has expired, or was never one.";
  static override readonly remedy = "Make a publishable key, and give it to the client.";
  constructor() {
    super("Unknown Content API Key");
  }
}

export class ContentKeyOfOtherKind extends Unauthorized {
  static override readonly internalCode = 40161;
  static override readonly title = "Content key of other kind";
  static override readonly meaning =
    "The `key` of a request to the API for Ghost's clients is a secret key, which has no place in an address.";
  static override readonly remedy =
    "Revoke it, because addresses are logged; then make a publishable key and use that.";
  constructor() {
    super("Invalid API Key type");
  }
}

// --- 403 Forbidden: 40300-40399 ----

abstract class Forbidden extends ApiException {
  static override readonly status = 403;
  static override readonly internalCode: InternalCode<403>;
}

export class PermissionDenied extends Forbidden {
  static override readonly internalCode = 40300;
  static override readonly title = "Permission denied";
  static override readonly meaning = "You are known, but your role does not allow this.";
  static override readonly remedy = "Ask an admin or the owner to do it or to change your role.";
  constructor(permission: string) {
    super(`Your role does not include ${permission}.`);
  }
}

export class CrossSiteRequest extends Forbidden {
  static override readonly internalCode = 40301;
  static override readonly title = "Cross site request";
  static override readonly meaning =
    "The session cookie came with a request that a page of another site may have made.";
  static override readonly remedy =
    "Send the request from the same origin, or use a bearer token instead of the cookie.";
  constructor() {
    super("A request with a cookie must come from this site.");
  }
}

export class SessionRequired extends Forbidden {
  static override readonly internalCode = 40302;
  static override readonly title = "Session required";
  static override readonly meaning =
    "Accounts, keys and invitations are managed by people. No key can be given these powers.";
  static override readonly remedy = "Sign in and use the session instead of the key.";
  constructor() {
    super("Keys cannot do this; a person must.");
  }
}

export class ScopeMissing extends Forbidden {
  static override readonly internalCode = 40303;
  static override readonly title = "Scope missing";
  static override readonly meaning = "The secret key is valid but was made for other things.";
  static override readonly remedy = "Make a key with this scope.";
  constructor(scope: string) {
    super(`This key does not have the scope ${scope}.`);
  }
}

export class PublishableKeyRefused extends Forbidden {
  static override readonly internalCode = 40304;
  static override readonly title = "Publishable key refused";
  static override readonly meaning =
    "A publishable key was sent to a route that is not public content.";
  static override readonly remedy = "Use a secret key, on a server and never in a browser.";
  constructor() {
    super("A publishable key only reads what is published.");
  }
}

export class SetupTokenInvalid extends Forbidden {
  static override readonly internalCode = 40305;
  static override readonly title = "Setup token invalid";
  static override readonly meaning =
    "There is no account yet, and the setup token is missing or wrong.";
  static override readonly remedy = "Send the value of the SETUP_TOKEN secret as `setup_token`.";
  constructor() {
    super("The first account needs the operator's setup token.");
  }
}

export class InviteRequired extends Forbidden {
  static override readonly internalCode = 40306;
  static override readonly title = "Invite required";
  static override readonly meaning =
    "There are accounts already, and the invite token is missing, used, expired or wrong.";
  static override readonly remedy = "Ask an admin for a new invitation.";
  constructor() {
    super("New accounts need an invitation that is still open.");
  }
}

export class PasswordWrong extends Forbidden {
  static override readonly internalCode = 40307;
  static override readonly title = "Password wrong";
  static override readonly meaning =
    "You are signed in, but this change needs your current password, and it was not that.";
  static override readonly remedy = "Send the password you sign in with as `current_password`.";
  constructor() {
    super("This is not your current password.");
  }
}

export class OwnHop extends Forbidden {
  static override readonly internalCode = 40340;
  static override readonly title = "Own hop";
  static override readonly meaning =
    "The request was made by this very installation, on its way to a webhook.";
  static override readonly remedy = "Let webhooks call something else than this API.";
  constructor() {
    super("This API does not answer its own webhooks.");
  }
}

export class ContentKeyMissing extends Forbidden {
  static override readonly internalCode = 40360;
  static override readonly title = "Content key missing";
  static override readonly meaning =
    "A request to the API for Ghost's clients comes without a key.";
  static override readonly remedy = "Add a publishable key as the parameter `key`.";
  constructor() {
    super("Authorization failed");
  }
}

// --- 404 Not found: 40400-40499 ----

abstract class NotFound extends ApiException {
  static override readonly status = 404;
  static override readonly internalCode: InternalCode<404>;
}

export class RouteNotFound extends NotFound {
  static override readonly internalCode = 40400;
  static override readonly title = "Route not found";
  static override readonly meaning = "No route has this path.";
  static override readonly remedy = "Compare the path with the reference at /docs.";
  constructor() {
    super("Nothing is served at this address.");
  }
}

export class PostNotFound extends NotFound {
  static override readonly internalCode = 40401;
  static override readonly title = "Post not found";
  static override readonly meaning =
    "No post has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such post, or it is not yours to see.");
  }
}

export class RevisionNotFound extends NotFound {
  static override readonly internalCode = 40402;
  static override readonly title = "Revision not found";
  static override readonly meaning =
    "No revision has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such revision, or it is not yours to see.");
  }
}

export class TagNotFound extends NotFound {
  static override readonly internalCode = 40403;
  static override readonly title = "Tag not found";
  static override readonly meaning =
    "No tag has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such tag, or it is not yours to see.");
  }
}

export class AuthorNotFound extends NotFound {
  static override readonly internalCode = 40404;
  static override readonly title = "Author not found";
  static override readonly meaning =
    "No author has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such author, or it is not yours to see.");
  }
}

export class UserNotFound extends NotFound {
  static override readonly internalCode = 40405;
  static override readonly title = "User not found";
  static override readonly meaning =
    "No user has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such user, or it is not yours to see.");
  }
}

export class SessionNotFound extends NotFound {
  static override readonly internalCode = 40406;
  static override readonly title = "Session not found";
  static override readonly meaning =
    "No session has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such session, or it is not yours to see.");
  }
}

export class InviteNotFound extends NotFound {
  static override readonly internalCode = 40407;
  static override readonly title = "Invite not found";
  static override readonly meaning =
    "No invitation has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such invitation, or it is not yours to see.");
  }
}

export class ApiKeyNotFound extends NotFound {
  static override readonly internalCode = 40408;
  static override readonly title = "API key not found";
  static override readonly meaning =
    "No key has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such key, or it is not yours to see.");
  }
}

export class JobNotFound extends NotFound {
  static override readonly internalCode = 40409;
  static override readonly title = "Job not found";
  static override readonly meaning =
    "No job has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such job, or it is not yours to see.");
  }
}

export class ImportNotFound extends NotFound {
  static override readonly internalCode = 40410;
  static override readonly title = "Import not found";
  static override readonly meaning =
    "No import has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such import, or it is not yours to see.");
  }
}

export class ReportNotFound extends NotFound {
  static override readonly internalCode = 40411;
  static override readonly title = "Report not found";
  static override readonly meaning =
    "No report has this id (or slug), or you may not know that it exists.";
  static override readonly remedy = "Check the id; list what you can see; sign in if you have not.";
  constructor() {
    super("There is no such report, or it is not yours to see.");
  }
}

export class WebhookNotFound extends NotFound {
  static override readonly internalCode = 40440;
  static override readonly title = "Webhook not found";
  static override readonly meaning = "No webhook has this id.";
  static override readonly remedy = "Check the id; list the webhooks.";
  constructor() {
    super("There is no such webhook.");
  }
}

export class WebhookDeliveryNotFound extends NotFound {
  static override readonly internalCode = 40441;
  static override readonly title = "Webhook delivery not found";
  static override readonly meaning =
    "The webhook has no delivery of this id, or it is older than 30 days.";
  static override readonly remedy = "Check the id; list the webhook's deliveries.";
  constructor() {
    super("The webhook has no such delivery.");
  }
}

export class ReportScheduleNotFound extends NotFound {
  static override readonly internalCode = 40450;
  static override readonly title = "Report schedule not found";
  static override readonly meaning =
    "No recurring report has this id, or it is not one that you may know of.";
  static override readonly remedy = "Check the id; authors and contributors have none.";
  constructor() {
    super("There is no such report schedule.");
  }
}

export class MediaNotFound extends NotFound {
  static override readonly internalCode = 40412;
  static override readonly title = "Media not found";
  static override readonly meaning = "No uploaded file has this id, or no file this address.";
  static override readonly remedy =
    "List the media to see which there are, and take addresses as they give them.";
  constructor() {
    super("There is no such file.");
  }
}

export class PreviewNotFound extends NotFound {
  static override readonly internalCode = 40480;
  static override readonly title = "Preview not found";
  static override readonly meaning =
    "The link of the preview has expired, is not complete, or leads to a post that is no more.";
  static override readonly remedy =
    "Copy the whole link. If that is not it, ask whoever sent it for a new one.";
  constructor() {
    super("This link leads to no post, or does so no more.");
  }
}

export class SubscriberNotFound extends NotFound {
  static override readonly internalCode = 40420;
  static override readonly title = "Subscriber not found";
  static override readonly meaning = "No subscriber has this id, or they were erased.";
  static override readonly remedy = "Check the id; look for the address among the subscribers.";
  constructor() {
    super("There is no such subscriber.");
  }
}

export class SubscriberImportNotFound extends NotFound {
  static override readonly internalCode = 40421;
  static override readonly title = "Subscriber import not found";
  static override readonly meaning = "No import of subscribers has this id.";
  static override readonly remedy = "Check the id; imports of documents are at `/v1/imports`.";
  constructor() {
    super("There is no such import of subscribers.");
  }
}

export class SuppressionNotFound extends NotFound {
  static override readonly internalCode = 40422;
  static override readonly title = "Suppression not found";
  static override readonly meaning = "The address is not suppressed.";
  static override readonly remedy = "Nothing to do: it may get mail.";
  constructor() {
    super("This address is not suppressed.");
  }
}

export class NewsletterNotFound extends NotFound {
  static override readonly internalCode = 40430;
  static override readonly title = "Newsletter not found";
  static override readonly meaning = "No newsletter has this id.";
  static override readonly remedy = "Check the id; list the newsletters.";
  constructor() {
    super("There is no such newsletter.");
  }
}

export class SendNotFound extends NotFound {
  static override readonly internalCode = 40431;
  static override readonly title = "Send not found";
  static override readonly meaning = "Nothing with this id was sent through the newsletter.";
  static override readonly remedy = "Check both ids; list the newsletter's sends.";
  constructor() {
    super("The newsletter has no such send.");
  }
}

export class OfferNotFound extends NotFound {
  static override readonly internalCode = 40490;
  static override readonly title = "Offer not found";
  static override readonly meaning =
    "A client of Ghost's asks for an offer: nothing is sold here, so there is none.";
  static override readonly remedy = "Ask for no offers.";
  constructor() {
    super("There are no offers.");
  }
}

// --- 405 Method not allowed: 40500-40599 ----

abstract class NotAllowed extends ApiException {
  static override readonly status = 405;
  static override readonly internalCode: InternalCode<405>;
}

export class MethodNotAllowed extends NotAllowed {
  static override readonly internalCode = 40500;
  static override readonly title = "Method not allowed";
  static override readonly meaning = "The path is right but has no such method.";
  static override readonly remedy = "Use one of the methods in the Allow header.";
  override readonly headers: { readonly Allow: string };
  constructor(allowed: readonly string[]) {
    super(`This address answers to ${allowed.join(", ")}.`);
    this.headers = { Allow: allowed.join(", ") };
  }
}

// --- 409 Conflict: 40900-40999 ----

abstract class Conflict extends ApiException {
  static override readonly status = 409;
  static override readonly internalCode: InternalCode<409>;
}

export class Contended extends Conflict {
  static override readonly internalCode = 40900;
  static override readonly title = "Contended";
  static override readonly meaning = "The change lost a race several times in a row.";
  static override readonly remedy = "Wait a moment and send it again.";
  constructor() {
    super("Others keep changing the same thing. Try again.");
  }
}

export class PostAlreadyPublished extends Conflict {
  static override readonly internalCode = 40901;
  static override readonly title = "Post already published";
  static override readonly meaning = "Publishing needs a draft.";
  static override readonly remedy = "Nothing to do; PATCH the post to change it.";
  constructor() {
    super("This post is published already.");
  }
}

export class PostNotPublished extends Conflict {
  static override readonly internalCode = 40902;
  static override readonly title = "Post not published";
  static override readonly meaning = "Unpublishing needs a published post.";
  static override readonly remedy = "Nothing to do.";
  constructor() {
    super("This post is not published.");
  }
}

export class PostNotDeleted extends Conflict {
  static override readonly internalCode = 40903;
  static override readonly title = "Post not deleted";
  static override readonly meaning = "Only a post in the trash can be restored.";
  static override readonly remedy = "Nothing to do.";
  constructor() {
    super("This post is not in the trash.");
  }
}

export class SlugTaken extends Conflict {
  static override readonly internalCode = 40904;
  static override readonly title = "Slug taken";
  static override readonly meaning = "The slug you asked for belongs to something else.";
  static override readonly remedy =
    "Choose another, or leave it out to have one made from the title.";
  constructor(slug: string) {
    super(`The slug ${slug} is taken.`);
  }
}

export class EmailTaken extends Conflict {
  static override readonly internalCode = 40905;
  static override readonly title = "Email taken";
  static override readonly meaning = "Mail addresses are unique among accounts.";
  static override readonly remedy = "Use another address, or sign in with this one.";
  constructor() {
    super("Somebody has this mail address already.");
  }
}

export class LastOwner extends Conflict {
  static override readonly internalCode = 40906;
  static override readonly title = "Last owner";
  static override readonly meaning = "The change would leave the publication without an owner.";
  static override readonly remedy = "Make somebody else an owner first.";
  constructor() {
    super("One active owner always remains.");
  }
}

export class JobNotRetryable extends Conflict {
  static override readonly internalCode = 40907;
  static override readonly title = "Job not retryable";
  static override readonly meaning = "The job is waiting, running or done.";
  static override readonly remedy = "Wait for it to end.";
  constructor() {
    super("Only a job that failed or was cancelled can be tried again.");
  }
}

export class JobNotCancellable extends Conflict {
  static override readonly internalCode = 40908;
  static override readonly title = "Job not cancellable";
  static override readonly meaning = "Only a job that waits or runs can be cancelled.";
  static override readonly remedy = "Nothing to do.";
  constructor() {
    super("This job has ended.");
  }
}

export class ReportNotReady extends Conflict {
  static override readonly internalCode = 40909;
  static override readonly title = "Report not ready";
  static override readonly meaning =
    "The file is not there yet, or the report failed or was cancelled.";
  static override readonly remedy = "Look at `status` until it says done.";
  constructor() {
    super("The report is not finished.");
  }
}

export class InviteOpen extends Conflict {
  static override readonly internalCode = 40910;
  static override readonly title = "Invite open";
  static override readonly meaning = "Only one invitation can be open for an address.";
  static override readonly remedy = "Delete the open one first to send another.";
  constructor() {
    super("This address has an open invitation.");
  }
}

export class ApiKeyLimitReached extends Conflict {
  static override readonly internalCode = 40912;
  static override readonly title = "API key limit reached";
  static override readonly meaning = "One person can have a limited number of keys that work.";
  static override readonly remedy = "Delete a key that is not used any more.";
  constructor(limit: number) {
    super(`You have ${limit} keys already.`);
  }
}

export class NothingPlanned extends Conflict {
  static override readonly internalCode = 40950;
  static override readonly title = "Nothing planned";
  static override readonly meaning =
    "The post neither waits to be published nor to be unpublished: perhaps its time has come.";
  static override readonly remedy = "Read the post; its `status` says what it is now.";
  constructor() {
    super("Nothing is planned for this post.");
  }
}

export class WebhookDisabled extends Conflict {
  static override readonly internalCode = 40940;
  static override readonly title = "Webhook disabled";
  static override readonly meaning = "Nothing is sent to a webhook that is switched off.";
  static override readonly remedy = "Switch it on first: PATCH it with `status` `enabled`.";
  constructor() {
    super("The webhook is switched off.");
  }
}

export class WebhookLimitReached extends Conflict {
  static override readonly internalCode = 40941;
  static override readonly title = "Webhook limit reached";
  static override readonly meaning = "One person can have a limited number of webhooks.";
  static override readonly remedy = "Delete a webhook that is not used any more.";
  constructor(limit: number) {
    super(`You have ${limit} webhooks already.`);
  }
}

/** A post or a user that shows a file. */
export interface UserOfMedia {
  readonly type: "post" | "user";
  readonly id: string;
  readonly title: string;
  readonly slug: string;
}

export class MediaInUse extends Conflict {
  static override readonly internalCode = 40913;
  static override readonly title = "Media in use";
  static override readonly meaning = "Posts or users show this file, so it cannot be deleted.";
  static override readonly remedy =
    "Take it out of what `used_by` names (drafts of others and posts in the trash count too), then delete it.";
  override readonly extensions: { readonly used_by: readonly UserOfMedia[] };
  constructor(count: number, usedBy: readonly UserOfMedia[]) {
    super(`The file is shown in ${count} ${count === 1 ? "place" : "places"}.`);
    this.extensions = { used_by: usedBy };
  }
}

export class SubscriberExists extends Conflict {
  static override readonly internalCode = 40920;
  static override readonly title = "Subscriber exists";
  static override readonly meaning = "Addresses are unique among subscribers.";
  static override readonly remedy =
    "Find the subscriber with `GET /v1/subscribers?email=…` and change that one.";
  constructor() {
    super("There is a subscriber with this address already.");
  }
}

export class AddressSuppressed extends Conflict {
  static override readonly internalCode = 40921;
  static override readonly title = "Address suppressed";
  static override readonly meaning =
    "The address bounced, its owner complained or wants no mail, or somebody suppressed it.";
  static override readonly remedy =
    "Let its owner sign up anew, which lifts the last two; or lift the suppression, if you are sure that it is wrong.";
  constructor() {
    super("This address must not get mail.");
  }
}

export class NewsletterHasSends extends Conflict {
  static override readonly internalCode = 40930;
  static override readonly title = "Newsletter has sends";
  static override readonly meaning =
    "Something was sent through the newsletter, and what became of it is kept.";
  static override readonly remedy = "Archive it instead: PATCH it with the status `archived`.";
  constructor() {
    super("A newsletter that was sent can be archived, not deleted.");
  }
}

export class NewsletterArchived extends Conflict {
  static override readonly internalCode = 40931;
  static override readonly title = "Newsletter archived";
  static override readonly meaning = "Nothing is sent through an archived newsletter.";
  static override readonly remedy =
    "PATCH the newsletter with the status `active`, or choose another.";
  constructor() {
    super("This newsletter is archived.");
  }
}

export class SendUnderWay extends Conflict {
  static override readonly internalCode = 40932;
  static override readonly title = "Send under way";
  static override readonly meaning =
    "The same post is being sent through the same newsletter, or waits to be.";
  static override readonly remedy =
    "Wait until it is `sent`, or cancel it. A send after it reaches only who was not reached.";
  override readonly extensions: { readonly send_id: string };
  constructor(sendId: string) {
    super("This post is already on its way through this newsletter.");
    this.extensions = { send_id: sendId };
  }
}

export class SendStateUnfit extends Conflict {
  static override readonly internalCode = 40933;
  static override readonly title = "Send state unfit";
  static override readonly meaning = "The send is not in a state for this.";
  static override readonly remedy =
    "Look at its `state`: what is `sending` can be paused, what is `paused` resumed, what is not over cancelled, and what is `sent` sent again to whom it did not reach.";
  constructor(state: string) {
    super(`The send is ${state}.`);
  }
}

export class NobodyMissing extends Conflict {
  static override readonly internalCode = 40934;
  static override readonly title = "Nobody missing";
  static override readonly meaning =
    "Nobody failed to be reached. Who is `uncertain` is left alone unless you say so.";
  static override readonly remedy =
    "Nothing to do; or ask with `include_uncertain`, knowing that some may get the mail twice.";
  constructor() {
    super("There is nobody to send it to again.");
  }
}

// --- 412 Precondition failed: 41200-41299 ----

abstract class PreconditionFailed extends ApiException {
  static override readonly status = 412;
  static override readonly internalCode: InternalCode<412>;
}

export class StaleVersion extends PreconditionFailed {
  static override readonly internalCode = 41200;
  static override readonly title = "Stale version";
  static override readonly meaning =
    "Somebody changed the resource after you read it. Nothing was overwritten.";
  static override readonly remedy =
    "Read it again, merge, and send the change with the new ETag. The body names the current version.";
  override readonly extensions: { readonly current_version: number };
  constructor(currentVersion: number) {
    super(`The current version is ${currentVersion}.`);
    this.extensions = { current_version: currentVersion };
  }
}

// --- 413 Content too large: 41300-41399 ----

abstract class ContentTooLarge extends ApiException {
  static override readonly status = 413;
  static override readonly internalCode: InternalCode<413>;
}

export class BodyTooLarge extends ContentTooLarge {
  static override readonly internalCode = 41300;
  static override readonly title = "Body too large";
  static override readonly meaning = "The body is larger than this route takes.";
  static override readonly remedy = "Send less, or in parts.";
  constructor(limitBytes: number) {
    super(`The body may have ${limitBytes} bytes.`);
  }
}

export class MediaTooLarge extends ContentTooLarge {
  static override readonly internalCode = 41301;
  static override readonly title = "File too large";
  static override readonly meaning =
    "The file is larger than one of its kind may be: 25 MB for pictures, 100 MB for others.";
  static override readonly remedy = "Save it smaller: fewer pixels, or stronger compression.";
  constructor(limitBytes: number) {
    super(`A file of this kind may have ${limitBytes} bytes.`);
  }
}

// --- 415 Unsupported media type: 41500-41599 ----

abstract class UnsupportedMedia extends ApiException {
  static override readonly status = 415;
  static override readonly internalCode: InternalCode<415>;
}

export class UnsupportedMediaType extends UnsupportedMedia {
  static override readonly internalCode = 41500;
  static override readonly title = "Unsupported media type";
  static override readonly meaning =
    "The Content-Type header is missing or is not what this route reads.";
  static override readonly remedy = "Set the header to what the reference names.";
  constructor(expected: string) {
    super(`Send the body as ${expected}.`);
  }
}

export class MediaTypeUnknown extends UnsupportedMedia {
  static override readonly internalCode = 41501;
  static override readonly title = "File type not taken";
  static override readonly meaning =
    "By its bytes the file is none of PNG, JPEG, GIF, WebP, AVIF, SVG, PDF, MP3 and MP4. Its name says nothing.";
  static override readonly remedy = "Save it as one of these.";
  constructor() {
    super("The bytes of this file are of no kind that is taken.");
  }
}

export class MediaTypeMismatch extends UnsupportedMedia {
  static override readonly internalCode = 41502;
  static override readonly title = "File type mismatch";
  static override readonly meaning =
    "The Content-Type header names another kind of file than the bytes are.";
  static override readonly remedy =
    "Send the header that fits, or the file as multipart/form-data.";
  constructor(sent: string, found: string) {
    super(`This is ${found}, and not ${sent}.`);
  }
}

// --- 416 Range not satisfiable: 41600-41699 ----

abstract class RangeFailed extends ApiException {
  static override readonly status = 416;
  static override readonly internalCode: InternalCode<416>;
}

export class RangeNotSatisfiable extends RangeFailed {
  static override readonly internalCode = 41600;
  static override readonly title = "Range not satisfiable";
  static override readonly meaning = "The Range header asks for bytes that are not there.";
  static override readonly remedy = "Ask within the size that Content-Range names.";
  override readonly headers: { readonly "Content-Range": string };
  constructor(size: number) {
    super(`The file has ${size} bytes.`);
    this.headers = { "Content-Range": `bytes */${size}` };
  }
}

// --- 422 Unprocessable content: 42200-42299 ----

abstract class Unprocessable extends ApiException {
  static override readonly status = 422;
  static override readonly internalCode: InternalCode<422>;
}

export class ValidationFailed extends Unprocessable {
  static override readonly internalCode = 42200;
  static override readonly title = "Validation failed";
  static override readonly meaning =
    "A field or parameter is missing, unknown, of the wrong type, too long, or holds text that cannot be stored.";
  static override readonly remedy = "Each entry of `errors` points at one of them.";
  override readonly extensions: { readonly errors: readonly Detail[] };
  constructor(errors: readonly Detail[]) {
    super("Some of the request is not valid.");
    this.extensions = { errors };
  }
}

export class IdempotencyKeyReused extends Unprocessable {
  static override readonly internalCode = 42201;
  static override readonly title = "Idempotency-Key reused";
  static override readonly meaning = "The same key came with another body or address.";
  static override readonly remedy =
    "Use a new key for each new request; repeat a request exactly to have its first answer again.";
  constructor() {
    super("This Idempotency-Key was used for another request.");
  }
}

export class MailTokenInvalid extends Unprocessable {
  static override readonly internalCode = 42202;
  static override readonly title = "Mail token invalid";
  static override readonly meaning =
    "A mailed token works once, for one purpose, for a limited time; a newer one voids it.";
  static override readonly remedy = "Ask for a new mail.";
  constructor() {
    super("This link has been used or has expired.");
  }
}

export class PasswordTooCommon extends Unprocessable {
  static override readonly internalCode = 42203;
  static override readonly title = "Password too common";
  static override readonly meaning =
    "The password is in the list of the most common ones or contains your mail address.";
  static override readonly remedy = "Choose a longer one; a few unrelated words are good.";
  constructor() {
    super("This password is among the first that anyone would try.");
  }
}

export class ReferenceUnknown extends Unprocessable {
  static override readonly internalCode = 42204;
  static override readonly title = "Reference unknown";
  static override readonly meaning =
    "The body refers to a user or post by an id or slug that nothing has.";
  static override readonly remedy = "Check the id, or create it first.";
  constructor(field: string) {
    super(`${field} names something that does not exist.`);
  }
}

export class HeirInvalid extends Unprocessable {
  static override readonly internalCode = 42205;
  static override readonly title = "Heir invalid";
  static override readonly meaning =
    "Deleting a user hands their posts to somebody else who exists.";
  static override readonly remedy = "Name another user in `posts_to`.";
  constructor() {
    super("The posts need another user, named in the parameter posts_to.");
  }
}

export class RoleTooHigh extends Unprocessable {
  static override readonly internalCode = 42206;
  static override readonly title = "Role too high";
  static override readonly meaning =
    "Only owners make owners; nobody raises anyone above themselves.";
  static override readonly remedy = "Ask an owner.";
  constructor() {
    super("You cannot give a role above your own.");
  }
}

export class WebhookAddressRefused extends Unprocessable {
  static override readonly internalCode = 42240;
  static override readonly title = "Webhook address refused";
  static override readonly meaning =
    "A webhook can only call an address of the public internet: HTTPS on port 443 and a name, with nothing before it, and not of this API.";
  static override readonly remedy =
    "Give the address of a public receiver. What is wrong with this one is in `errors`.";
  override readonly extensions: { readonly errors: readonly Detail[] };
  constructor(code: string) {
    super("This address cannot be called.");
    this.extensions = { errors: [{ pointer: "/url", code, message: "It may not be called." }] };
  }
}

export class MomentNotAhead extends Unprocessable {
  static override readonly internalCode = 42250;
  static override readonly title = "Moment not ahead";
  static override readonly meaning =
    "What is planned must lie in the future, and no more than five years ahead.";
  static override readonly remedy =
    "Choose a later moment, or publish at once; look at the clock of the machine that asks.";
  constructor(field: string) {
    super(`${field} must lie in the future, and no more than five years ahead.`);
  }
}

export class UnpublishedTooEarly extends Unprocessable {
  static override readonly internalCode = 42251;
  static override readonly title = "Unpublished too early";
  static override readonly meaning = "A post would be taken back before it has been out.";
  static override readonly remedy = "Let `unpublish_at` come after `publish_at`.";
  constructor() {
    super("unpublish_at must come after publish_at.");
  }
}

export class TooManyPixels extends Unprocessable {
  static override readonly internalCode = 42210;
  static override readonly title = "Too many pixels";
  static override readonly meaning = "The picture has more than 40 million pixels.";
  static override readonly remedy = "Save it smaller.";
  constructor() {
    super("A picture may have 40,000,000 pixels.");
  }
}

export class SideTooLong extends Unprocessable {
  static override readonly internalCode = 42211;
  static override readonly title = "Side too long";
  static override readonly meaning = "A side of the picture is longer than 16,384 pixels.";
  static override readonly remedy = "Save it smaller.";
  constructor() {
    super("A side of a picture may have 16,384 pixels.");
  }
}

export class TooManyFrames extends Unprocessable {
  static override readonly internalCode = 42212;
  static override readonly title = "Too many frames";
  static override readonly meaning = "The animated picture has more than 300 frames.";
  static override readonly remedy = "Save it with fewer, or as a film.";
  constructor() {
    super("An animated picture may have 300 frames.");
  }
}

export class NotStaff extends Unprocessable {
  static override readonly internalCode = 42230;
  static override readonly title = "Not staff";
  static override readonly meaning = "Test mails go only to people with an account.";
  static override readonly remedy = "Name the address of one, or none to have it yourself.";
  constructor() {
    super("Nobody with an account has this address.");
  }
}

export class ParameterInvalid extends Unprocessable {
  static override readonly internalCode = 42280;
  static override readonly title = "Parameter invalid";
  static override readonly meaning =
    "A parameter or a name in the path of a request to the API for Ghost's clients is not written as Ghost has it.";
  static override readonly remedy = "Compare it with Ghost's documentation of its content API.";
  /** @param rule the check that failed, by Ghost's name for it. */
  constructor(parameter: string, rule: string) {
    super(`Validation (${rule}) failed for ${parameter}`);
  }
}

export class FilterValueInvalid extends Unprocessable {
  static override readonly internalCode = 42281;
  static override readonly title = "Filter value invalid";
  static override readonly meaning =
    "The `filter` of a request to the API for Ghost's clients compares a column with what it cannot hold, such as a date with a word.";
  static override readonly remedy = "Write dates as `2026-11-23` or `'2026-11-23T02:22:00Z'`.";
  constructor() {
    super("Invalid value");
  }
}

// --- 428 Precondition required: 42800-42899 ----

abstract class PreconditionRequired extends ApiException {
  static override readonly status = 428;
  static override readonly internalCode: InternalCode<428>;
}

export class IfMatchRequired extends PreconditionRequired {
  static override readonly internalCode = 42800;
  static override readonly title = "If-Match required";
  static override readonly meaning =
    "Changes to this resource must say which version they are based on, so that nobody overwrites unseen work.";
  static override readonly remedy = "Read the resource and send its ETag in If-Match.";
  constructor() {
    super("Send If-Match with the ETag you have read.");
  }
}

// --- 429 Too many requests: 42900-42999 ----

abstract class TooManyRequests extends ApiException {
  static override readonly status = 429;
  static override readonly internalCode: InternalCode<429>;
}

export class TooManyAttempts extends TooManyRequests {
  static override readonly internalCode = 42900;
  static override readonly title = "Too many attempts";
  static override readonly meaning = "Too many attempts from one place or on one account.";
  static override readonly remedy = "Wait for the seconds that Retry-After names.";
  override readonly headers: { readonly "Retry-After": string };
  constructor(retryAfterSeconds: number) {
    super(`Try again in ${retryAfterSeconds} seconds.`);
    this.headers = { "Retry-After": String(retryAfterSeconds) };
  }
}

// --- 500 Server error: 50000-50099 ----

abstract class ServerError extends ApiException {
  static override readonly status = 500;
  static override readonly internalCode: InternalCode<500>;
}

export class Unexpected extends ServerError {
  static override readonly internalCode = 50000;
  static override readonly title = "Unexpected";
  static override readonly meaning = "A fault of ours. It has been logged under the request id.";
  static override readonly remedy =
    "Try again later; tell the operator the request id if it stays.";
  constructor(cause: unknown) {
    super("Something went wrong on our side.", cause);
  }
}

// --- 503 Service unavailable: 50300-50399 ----

abstract class Unavailable extends ApiException {
  static override readonly status = 503;
  static override readonly internalCode: InternalCode<503>;
  override readonly headers = { "Retry-After": "5" };
}

export class DatabaseUnavailable extends Unavailable {
  static override readonly internalCode = 50300;
  static override readonly title = "Database unavailable";
  static override readonly meaning =
    "The database is away or overloaded. What you sent may or may not have been saved.";
  static override readonly remedy =
    "Send it again after the seconds that Retry-After names, with the same Idempotency-Key.";
  constructor(cause: unknown) {
    super("The database cannot be reached at the moment.", cause);
  }
}

export class StorageUnavailable extends Unavailable {
  static override readonly internalCode = 50302;
  static override readonly title = "Storage unavailable";
  static override readonly meaning =
    "The place where files are kept is away or overloaded. Nothing of what you sent was saved.";
  static override readonly remedy = "Send it again after the seconds that Retry-After names.";
  constructor(cause: unknown) {
    super("Files cannot be stored or read at the moment.", cause);
  }
}

export class NotConfigured extends Unavailable {
  static override readonly internalCode = 50301;
  static override readonly title = "Not configured";
  static override readonly meaning = "A secret or setting is missing. The log names it.";
  static override readonly remedy =
    "The operator sets it with `wrangler secret put` or in `wrangler.toml`.";
  constructor(cause: unknown) {
    super("This deployment is not configured.", cause);
  }
}
