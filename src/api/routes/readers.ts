import type { Context as HonoContext } from "hono";

import { type AppEnv, withReader } from "#api/dependencies";
import { handleException } from "#api/exception-handler";
import { answerPage, type Page } from "#api/readers/layout";
import {
  brokenLink,
  confirmationPage,
  erasedPage,
  failurePage,
  leavingPage,
  leftPage,
  preferencesPage,
  unsubscribedPage,
} from "#api/readers/pages";
import { createRouter } from "#api/router";
import { nameTyped, toDossierBody } from "#api/schemas/subscribers";
import { confirmSubscription, consentWords, readConfirmation } from "#service/subscribers/confirm";
import { leave, readLeaving } from "#service/subscribers/leave";
import {
  eraseMyself,
  exportMyself,
  leaveByPreferences,
  readPreferences,
  savePreferences,
} from "#service/subscribers/preferences";

/** Where links in mails lead: pages that need no script, and whose links are all one has to have. */
export const readers = createRouter();

export const readerPaths = [
  "/subscribe/confirm",
  "/unsubscribe",
  "/preferences",
  "/preferences/export",
] as const;

for (const path of readerPaths) readers.use(path, withReader);

/** Readers are told in words. */
readers.onError(async (error, c) => {
  const problem = await handleException(error, c);
  const { status, headers } = problem;
  if (status !== 429 && status !== 500 && status !== 503) return problem;
  const { detail } = await problem.json<{ detail: string }>();
  const pause = headers.get("Retry-After");
  if (pause !== null) c.header("Retry-After", pause);
  return answerPage(c, failurePage(detail), status);
});

/** A link that is not one of ours leads to no page. */
const answer = (c: HonoContext<AppEnv>, page: Page | undefined): Promise<Response> =>
  page ? answerPage(c, page) : answerPage(c, brokenLink, 400);

const tokenOf = (c: HonoContext<AppEnv>): string => c.req.query("token") ?? "";

/** What a form says under a name: all of it, where it says something several times. */
type Form = (name: string) => readonly string[];

/** The body as a form, of either kind; one that says nothing when it is none. */
async function formOf(c: HonoContext<AppEnv>): Promise<Form> {
  const body = await c.req.parseBody({ all: true }).catch(() => ({}));
  const fields = new Map<string, unknown>(Object.entries(body));
  return (name) => [fields.get(name)].flat().filter((value) => typeof value === "string");
}

readers.get("/subscribe/confirm", async (c) => {
  const found = await readConfirmation(c.var.context, tokenOf(c));
  return answer(c, found && confirmationPage(found, consentWords));
});

readers.post("/subscribe/confirm", async (c) => {
  const found = await confirmSubscription(c.var.context, c.var.caller, tokenOf(c));
  return answer(c, found && confirmationPage(found, consentWords));
});

readers.get("/unsubscribe", async (c) => {
  const found = await readLeaving(c.var.context, tokenOf(c));
  return answer(c, found && leavingPage(found));
});

/** RFC 8058: `List-Unsubscribe=One-Click`, as a form of either kind, is all that a mail program sends. */
readers.post("/unsubscribe", async (c) => {
  const form = await formOf(c);
  const everything = form("what").includes("everything");
  const how = form("List-Unsubscribe").includes("One-Click") ? "one-click" : "page";
  const found = await leave(c.var.context, tokenOf(c), { everything, how });
  return answer(c, found && leftPage(found, everything));
});

type Act = (c: HonoContext<AppEnv>, form: Form) => Promise<Page | undefined>;

const exportLinkOf = (c: HonoContext<AppEnv>): string =>
  `/preferences/export?token=${encodeURIComponent(tokenOf(c))}`;

const show: Act = async (c) => {
  const found = await readPreferences(c.var.context, tokenOf(c));
  return found && preferencesPage(found, { exportLink: exportLinkOf(c) });
};

/** What the forms of the page can ask for, by their `action`. */
const acts: Readonly<Record<string, Act>> = {
  async save(c, form) {
    const [name] = form("name");
    const named = name === undefined ? {} : { name: nameTyped(name) };
    const choice = { newsletters: form("newsletters"), ...named };
    const found = await savePreferences(c.var.context, tokenOf(c), choice);
    return found && preferencesPage(found, { isSaved: true, exportLink: exportLinkOf(c) });
  },
  leave: async (c) =>
    (await leaveByPreferences(c.var.context, tokenOf(c))) ? unsubscribedPage : undefined,
  async erase(c, form) {
    if (!form("sure").includes("yes")) return show(c, form);
    return (await eraseMyself(c.var.context, tokenOf(c))) ? erasedPage : undefined;
  },
};

readers.get("/preferences", async (c) => answer(c, await show(c, () => [])));

readers.post("/preferences", async (c) => {
  const form = await formOf(c);
  const act = new Map(Object.entries(acts)).get(form("action")[0] ?? "") ?? show;
  return answer(c, await act(c, form));
});

readers.get("/preferences/export", async (c) => {
  const known = await exportMyself(c.var.context, tokenOf(c));
  if (known === undefined) return answer(c, undefined);
  c.header("Content-Disposition", 'attachment; filename="my-data.json"');
  return c.body(JSON.stringify(known && toDossierBody(known), null, 2), 200, {
    "Content-Type": "application/json; charset=utf-8",
  });
});
