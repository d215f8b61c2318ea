import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { auditEntries, siteSettings } from "#repository/models";
import { givenSecretKey, givenUser } from "#test/support/people";
import { codeOf, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "settings");

/** There is one of it, so every test begins with a publication that nobody has decided anything about. */
beforeEach(async () => {
  await db.batch([db.delete(siteSettings), db.delete(auditEntries)]);
});

const owner = await givenUser({ role: "owner" });

const change = (body: unknown, etag: string, { headers } = owner) =>
  send("PATCH", "/v1/settings", { headers: { ...headers, "if-match": etag }, body });

const all = {
  title: "Ο Τύπος",
  description: "Όλα όσα διαβάζονται.",
  logo: "https://pictures.example/logo.png",
  icon: "https://pictures.example/icon.png",
  cover_image: "https://pictures.example/cover.jpg",
  accent_color: "#1f6f5c",
  locale: "el-GR",
  timezone: "Europe/Athens",
  navigation: [
    { label: "About", url: "/about" },
    { label: "Elsewhere", url: "https://elsewhere.example/a?b=c#d" },
  ],
  secondary_navigation: [{ label: "Write", url: "mailto:us@example.com" }],
  social: [{ network: "mastodon", url: "https://mastodon.example/@imprint" }],
  meta_title: "Title",
  meta_description: "Description",
  og_title: "Title",
  og_description: "Description",
  og_image: "https://pictures.example/og.png",
  twitter_title: "Title",
  twitter_description: "Description",
  twitter_image: "https://pictures.example/twitter.png",
};

describe("the settings of the site", () => {
  it("are what the operator says, as long as nobody has decided anything", async () => {
    const { status, body, roundTrips, headers } = await send("GET", "/v1/settings");
    expect([status, roundTrips]).toEqual([200, 1]);
    expect(body).toEqual({
      ...Object.fromEntries(Object.keys(all).map((name) => [name, null])),
      title: "Imprint",
      url: env.SITE_URL,
      locale: "en",
      timezone: "UTC",
      navigation: [],
      secondary_navigation: [],
      social: [],
      updated_at: null,
      version: 1,
    });
    expect(headers.get("link")).toContain(
      `<${env.SITE_URL}/atom.xml>; rel="alternate"; type="application/atom+xml"`,
    );
  });

  it("are what somebody decided, for everybody, one version on", async () => {
    const first = await send("GET", "/v1/settings");
    const changed = await change(all, first.etag);
    expect([changed.status, changed.roundTrips]).toEqual([200, 2]);
    expect(changed.body).toMatchObject({ ...all, version: 2 });
    const read = await send("GET", "/v1/settings");
    expect([read.body, read.etag]).toEqual([changed.body, changed.etag]);
    const again = await change({ title: null, social: [] }, read.etag);
    expect(again.body).toMatchObject({ ...all, title: "Imprint", social: [], version: 3 });
    const entries = await db.select().from(auditEntries);
    expect(entries.map(({ action, version }) => `${action} ${version}`).toSorted()).toEqual([
      "settings.update 2",
      "settings.update 3",
    ]);
  });

  it("stay at their version when nothing of them becomes another", async () => {
    const { etag } = await change(all, '"v1"');
    const same = await change(all, etag);
    expect([same.status, same.body.version, same.etag]).toEqual([200, 2, etag]);
    const nothing = await change({}, etag);
    expect([nothing.status, nothing.etag]).toEqual([200, etag]);
  });

  it("are changed by one of those who saw the same, and by nobody who saw less", async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => change({ title: `Title ${n}` }, '"v1"')),
    );
    expect(answers.map(({ status }) => `${status}`).toSorted()).toEqual(
      "200 412 412 412 412 412".split(" "),
    );
    const winner = answers.find(({ status }) => status === 200);
    expect((await send("GET", "/v1/settings")).body).toEqual(winner?.body);
    expect(codeOf(await change({ title: "Late" }, '"v1"'))).toBe(41200);
  });

  it("are changed by a key that may, and by no other", async () => {
    const may = await givenSecretKey(owner, ["settings:write"]);
    const mayNot = await givenSecretKey(owner, ["posts:write"]);
    expect(codeOf(await change({ title: "A" }, '"v1"', { ...owner, ...mayNot }))).toBe(40303);
    expect((await change({ title: "A" }, '"v1"', { ...owner, ...may })).status).toBe(200);
  });

  it.each([
    ["a name that nobody sees", { title: "\u200B" }, "/title"],
    ["a picture from nowhere", { logo: "/logo.png" }, "/logo"],
    ["a colour of another kind", { accent_color: "teal" }, "/accent_color"],
    ["a language that is none", { locale: "en_us" }, "/locale"],
    ["a time zone that is none", { timezone: "Mars/Olympus" }, "/timezone"],
    ["an offset for a time zone", { timezone: "+02:00" }, "/timezone"],
    [
      "a menu that runs",
      { navigation: [{ label: "A", url: "javascript:alert(1)" }] },
      "/navigation/0/url",
    ],
    [
      "a menu that leaves",
      { navigation: [{ label: "A", url: "//evil.example" }] },
      "/navigation/0/url",
    ],
    [
      "a menu that leaves, by a backslash",
      { navigation: [{ label: "A", url: "/\\evil.example" }] },
      "/navigation/0/url",
    ],
    [
      "a menu that leaves, by a tab",
      { navigation: [{ label: "A", url: "/\t/evil.example" }] },
      "/navigation/0/url",
    ],
    [
      "a menu with more to it",
      { navigation: [{ label: "A", url: "/", target: "_top" }] },
      "/navigation/0/target",
    ],
    ["two accounts of one network", { social: [all.social[0], all.social[0]] }, "/social"],
    [
      "an account that is no address",
      { social: [{ network: "x", url: "@imprint" }] },
      "/social/0/url",
    ],
    ["another base of addresses", { url: "https://evil.example" }, "/url"],
    ["no title but an empty one", { title: " " }, "/title"],
    ["code", { codeinjection_head: "<script>" }, "/codeinjection_head"],
  ])("do not have %s", async (_what, body, pointer) => {
    const answer = await change(body, '"v1"');
    expect(answer.body).toMatchObject({ status: 422, errors: [{ pointer }] });
    expect((await send("GET", "/v1/settings")).body.version).toBe(1);
  });

  it("take a colour in capitals, and keep it in lower case", async () => {
    const { body } = await change({ accent_color: "#1F6F5C" }, '"v1"');
    expect(body.accent_color).toBe("#1f6f5c");
  });

  it("take zones and languages as their registries name them", async () => {
    for (const [index, [timezone, locale]] of [
      ["America/Argentina/Buenos_Aires", "zh-Hant-TW"],
      ["Etc/GMT+5", "sr-Latn"],
      ["UTC", "en"],
    ].entries()) {
      const answer = await change({ timezone, locale }, `"v${index + 1}"`);
      expect(answer.body).toMatchObject({ timezone, locale });
    }
  });
});
