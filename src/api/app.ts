import { bodyLimit } from "hono/body-limit";
import { except } from "hono/combine";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";

import { refuseDirtyInput, refuseUnknownParameters } from "./cleanliness";
import { withCaller, withContext } from "./dependencies";
import { answerException, BODY_LIMIT, handleException } from "./exception-handler";
import { BodyTooLarge, MethodNotAllowed, RouteNotFound } from "./exceptions";
import { answerPreflight, withDefaultHeaders } from "./headers";
import { withObservation } from "./observation";
import { createRouter } from "./router";
import { apiKeys } from "./routes/api-keys";
import { auth } from "./routes/auth";
import { authors } from "./routes/authors";
import { health } from "./routes/health";
import { imports } from "./routes/imports";
import { invites } from "./routes/invites";
import { jobs } from "./routes/jobs";
import { me } from "./routes/me";
import { posts } from "./routes/posts";
import { createReference } from "./routes/reference";
import { reports } from "./routes/reports";
import { revisions } from "./routes/revisions";
import { tags } from "./routes/tags";
import { users } from "./routes/users";

export const app = createRouter();

app.onError(handleException);
app.notFound((c) => answerException(c, new RouteNotFound()));

const limitBody = bodyLimit({
  maxSize: BODY_LIMIT,
  onError: () => {
    throw new BodyTooLarge(BODY_LIMIT);
  },
});

app.use(
  requestId(),
  withDefaultHeaders,
  withContext,
  withObservation,
  methodNotAllowed({
    app,
    onMethodNotAllowed: (c, allowed) => answerException(c, new MethodNotAllowed(allowed)),
  }),
  // An import is a stream: it is counted while it is stored.
  except("/v1/imports", limitBody),
  refuseDirtyInput,
  refuseUnknownParameters(app),
  withCaller,
);

// What is published, anybody's page may read.
for (const path of ["posts", "posts/:id", "tags", "tags/:id", "authors", "authors/:slug"]) {
  app.options(`/v1/${path}`, answerPreflight);
}

app.route("/", health);
app.route("/", createReference(app));
for (const router of [auth, me, users, invites, apiKeys]) app.route("/v1", router);
for (const router of [posts, revisions, tags, authors]) app.route("/v1", router);
for (const router of [imports, reports, jobs]) app.route("/v1", router);
