import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";

import { refuseDirtyInput, refuseUnread } from "./cleanliness";
import { withCaller, withContext } from "./dependencies";
import { answerException, BODY_LIMIT, handleException } from "./exception-handler";
import { BodyTooLarge, MethodNotAllowed, RouteNotFound } from "./exceptions";
import { withGhostManners } from "./ghost/manners";
import { GHOST_PATHS, withoutGhostVersion } from "./ghost/paths";
import { answerPreflight, openToAllOrigins, withDefaultHeaders } from "./headers";
import { withObservation } from "./observation";
import { createRouter } from "./router";
import { apiKeys } from "./routes/api-keys";
import { auth } from "./routes/auth";
import { authors } from "./routes/authors";
import { events } from "./routes/events";
import { feeds } from "./routes/feeds";
import { ghost } from "./routes/ghost";
import { health } from "./routes/health";
import { imports } from "./routes/imports";
import { invites } from "./routes/invites";
import { jobs } from "./routes/jobs";
import { llms } from "./routes/llms";
import { mailEvents } from "./routes/mail-events";
import { me } from "./routes/me";
import { media } from "./routes/media";
import { mediaFiles } from "./routes/media-files";
import { newsletters } from "./routes/newsletters";
import { oembed } from "./routes/oembed";
import { postPlans } from "./routes/post-plans";
import { postPublishing } from "./routes/post-publishing";
import { postTexts } from "./routes/post-texts";
import { posts } from "./routes/posts";
import { previews } from "./routes/previews";
import { readerPaths, readers } from "./routes/readers";
import { createReference } from "./routes/reference";
import { reportSchedules } from "./routes/report-schedules";
import { reports } from "./routes/reports";
import { revisions } from "./routes/revisions";
import { search } from "./routes/search";
import { sends } from "./routes/sends";
import { settings } from "./routes/settings";
import { sitemaps } from "./routes/sitemaps";
import { subscribe } from "./routes/subscribe";
import { subscriberLists } from "./routes/subscriber-lists";
import { subscribers } from "./routes/subscribers";
import { suppressions } from "./routes/suppressions";
import { sync } from "./routes/sync";
import { tags } from "./routes/tags";
import { users } from "./routes/users";
import { webhookDeliveries } from "./routes/webhook-deliveries";
import { webhooks } from "./routes/webhooks";
import { isStreamed } from "./streams";
import { unless } from "./unless";

export const app = createRouter(withoutGhostVersion);

app.onError(handleException);
app.notFound((c) => answerException(c, new RouteNotFound()));

const limitBody = bodyLimit({
  maxSize: BODY_LIMIT,
  onError: () => {
    throw new BodyTooLarge(BODY_LIMIT);
  },
});

const ghostPrefix = GHOST_PATHS.replace("*", "");
const isForGhost = ({ req }: Context): boolean => req.path.startsWith(ghostPrefix);
const forReaders: ReadonlySet<string> = new Set(readerPaths);
const isForReaders = ({ req }: Context): boolean => forReaders.has(req.path);

/** What is published: anybody's page may read it. */
const publicPaths = [
  "posts",
  "posts/:id",
  "tags",
  "tags/:id",
  "authors",
  "authors/:id",
  "settings",
  "search",
  "search/suggest",
  "sync",
].map((path) => `/v1/${path}`);

app.use(requestId(), withDefaultHeaders);
// Stands outside of all that could refuse: why something was refused can be read there as well.
for (const path of publicPaths) app.get(path, openToAllOrigins);
// Says in Ghost's words whatever those below say of a request.
app.use(GHOST_PATHS, withGhostManners);
app.use(
  withContext,
  withObservation,
  methodNotAllowed({
    app,
    onMethodNotAllowed: (c, allowed) => answerException(c, new MethodNotAllowed(allowed)),
  }),
  // What comes as a stream is counted while it is stored.
  unless(isStreamed, limitBody),
  // Ghost's clients send what they like: what is read of it is checked where it is read.
  unless(isForGhost, refuseDirtyInput),
  refuseUnread(app),
  unless((c) => isForReaders(c) || isForGhost(c), withCaller),
);

for (const path of publicPaths) app.options(path, answerPreflight);
app.options("/media/:key", answerPreflight);

app.route("/", health);
app.route("/", createReference(app));
app.route("/", readers);
for (const router of [feeds, sitemaps, llms, oembed]) app.route("/", router);
app.route("/", mediaFiles);
app.route("/", ghost);
for (const router of [auth, me, users, invites, apiKeys]) app.route("/v1", router);
for (const router of [postTexts, previews]) app.route("/v1", router);
for (const router of [posts, postPublishing, postPlans, revisions, tags, authors, search, settings])
  app.route("/v1", router);
app.route("/v1", sync);
for (const router of [imports, reports, reportSchedules, jobs]) app.route("/v1", router);
for (const router of [webhooks, webhookDeliveries, events, media]) app.route("/v1", router);
for (const router of [newsletters, sends]) app.route("/v1", router);
for (const router of [subscribe, subscriberLists, subscribers]) app.route("/v1", router);
for (const router of [suppressions, mailEvents]) app.route("/v1", router);
