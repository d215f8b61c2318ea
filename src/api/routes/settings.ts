import { createRoute } from "@hono/zod-openapi";

import { baseOf, isKnown, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import { Contended } from "#api/exceptions";
import { cacheWhenPublic } from "#api/headers";
import { linkFeeds } from "#api/links";
import {
  answerHeaders,
  body,
  changes,
  json,
  knowsCallers,
  needsActor,
  noContent,
  raises,
  readsBody,
  validates,
  versioned,
  VersionHeaders,
} from "#api/openapi";
import { createRouter } from "#api/router";
import {
  SettingsBody,
  SettingsChangesBody,
  toSettingsBody,
  toSettingsInput,
} from "#api/schemas/settings";
import { editSiteSettings, readSiteSettings } from "#service/site-settings";

export const settings = createRouter();

const read = createRoute({
  method: "get",
  path: "/settings",
  operationId: "readSettings",
  summary: "Read the settings of the site",
  description:
    "What the publication says about itself: its name, its language, where its menus lead.",
  tags: ["settings"],
  middleware: [cacheWhenPublic("settings")] as const,
  responses: {
    200: json(SettingsBody, "The settings", answerHeaders.etag, answerHeaders.feeds),
    304: noContent("The client has this version."),
    ...raises(...knowsCallers, ...validates),
  },
});

settings.openapi(read, async (c) => {
  const site = await readSiteSettings(c.var.context, c.var.caller);
  const shown = await withVersion(c, toSettingsBody(site));
  linkFeeds(c, "");
  return isKnown(c) ? c.body(null, 304) : c.json(shown, 200);
});

const edit = createRoute({
  method: "patch",
  path: "/settings",
  operationId: "editSettings",
  summary: "Change the settings of the site",
  description: "What is left out stays as it is. Lists are replaced as a whole.",
  tags: ["settings"],
  middleware: [requireVersion] as const,
  request: { headers: VersionHeaders, body: body(SettingsChangesBody) },
  responses: {
    200: json(SettingsBody, "The settings as they are now", answerHeaders.etag),
    ...raises(...needsActor, ...changes, ...readsBody, ...versioned, Contended),
  },
});

settings.openapi(edit, async (c) => {
  const input = toSettingsInput(c.req.valid("json"));
  const base = baseOf(c, toSettingsBody);
  const site = await editSiteSettings(c.var.context, c.var.caller, base, input);
  return c.json(await withVersion(c, toSettingsBody(site)), 200);
});
