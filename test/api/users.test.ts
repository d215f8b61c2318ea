import { env } from "cloudflare:workers";
import { asc, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { roles } from "#domain/actors";
import { hashPassword } from "#domain/passwords";
import { auditEntries, postAuthors, posts, sessions, users } from "#repository/models";
import {
  givenAuthor,
  givenPublishableKey,
  givenSecretKey,
  givenUser,
  type Person,
  signedIn,
} from "#test/support/people";
import { codeOf, ORIGIN, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");

const edit = (by: Person, id: string, body: Record<string, unknown>, version = 1) =>
  send("PATCH", `/v1/users/${id}`, {
    body,
    headers: { ...by.headers, "if-match": `"v${version}"` },
  });

const remove = (by: Person, id: string, query = "") =>
  send("DELETE", `/v1/users/${id}${query}`, { headers: by.headers });

const read = (by: { headers: Record<string, string> }, id: string) =>
  send("GET", `/v1/users/${id}`, { headers: by.headers });

async function givenPost(...authors: { id: string }[]): Promise<string> {
  const id = newId();
  await db.insert(posts).values({
    id,
    slug: id,
    title: "A post",
    content: "",
    html: "",
    excerpt: "",
    wordCount: 0,
    readingTime: 0,
  });
  await db
    .insert(postAuthors)
    .values(authors.map((author, position) => ({ postId: id, userId: author.id, position })));
  return id;
}

const bylineOf = async (postId: string): Promise<string[]> =>
  (
    await db
      .select({ id: postAuthors.userId })
      .from(postAuthors)
      .where(eq(postAuthors.postId, postId))
      .orderBy(asc(postAuthors.position))
  ).map(({ id }) => id);

const owner = await givenUser({ role: "owner" });

describe("reading about people", () => {
  it("shows mail addresses to those who manage people, and to oneself", async () => {
    const person = await givenUser({ role: "author" });
    for (const role of roles) {
      const reader = await givenUser({ role });
      const { status, body, roundTrips } = await read(reader, person.id);
      expect({ status, roundTrips }).toEqual({ status: 200, roundTrips: 1 });
      expect(body.email).toBe(role === "owner" || role === "admin" ? person.email : null);
      expect((await read(reader, reader.id)).body.email).toBe(reader.email);
    }
  });

  it("never shows what is secret, to anybody", async () => {
    const person = await givenUser({ passwordHash: await hashPassword("seven quiet otters") });
    const { body } = await read(owner, person.id);
    expect(Object.keys(body).toSorted()).toEqual(
      [
        "avatar",
        "avatar_url",
        "bio",
        "created_at",
        "email",
        "id",
        "name",
        "role",
        "slug",
        "status",
        "updated_at",
        "version",
        "website",
      ].toSorted(),
    );
  });

  it("lets authors list everybody without learning one address", async () => {
    const author = await givenUser({ role: "author" });
    const { body } = await send("GET", "/v1/users?limit=100", { headers: author.headers });
    const others = body.data.filter(({ id }: { id: string }) => id !== author.id);
    expect(others.length).toBeGreaterThan(0);
    for (const { email } of others) expect(email).toBeNull();
  });

  it("comes page by page, by name, all and each once", async () => {
    const mark = crypto.randomUUID();
    const people = await Promise.all(
      ["b", "a", "c", "a", "d"].map((letter) => givenUser({ name: `${letter} ${mark}` })),
    );
    const seen: { id: string; name: string }[] = [];
    let path = "/v1/users?limit=3";
    for (let pages = 0; pages < 50; pages += 1) {
      const { body, headers, roundTrips } = await send("GET", path, { headers: owner.headers });
      expect(roundTrips).toBe(1);
      seen.push(...body.data);
      if (body.next_cursor === null) break;
      path = (/<([^>]+)>/u.exec(headers.get("link") ?? "")?.[1] ?? "").replace(ORIGIN, "");
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen).toHaveLength(await db.$count(users));
    expect(
      seen.filter(({ name }) => name.endsWith(mark)).map(({ name }) => name.slice(0, 1)),
    ).toEqual(["a", "a", "b", "c", "d"]);
    expect(people).toHaveLength(5);
  });

  it("can be narrowed to a role and a status, and to nothing that is not there", async () => {
    await givenUser({ role: "contributor", status: "suspended" });
    const path = "/v1/users?role=contributor&status=suspended";
    const { body } = await send("GET", path, { headers: owner.headers });
    expect(body.data.length).toBeGreaterThan(0);
    for (const { role, status } of body.data) {
      expect([role, status]).toEqual(["contributor", "suspended"]);
    }
    for (const query of ["role=king", "email=a@example.com", "limit=0", "limit=101"]) {
      const sent = await send("GET", `/v1/users?${query}`, { headers: owner.headers });
      expect(codeOf(sent)).toBe(42200);
    }
    const cursor = await send("GET", "/v1/users?cursor=xyz.abc", { headers: owner.headers });
    expect(codeOf(cursor)).toBe(40001);
  });

  it.each(["", "?limit=1"])("is for those who are here: /v1/users%s", async (query) => {
    const key = await givenPublishableKey(owner);
    const keyed = { headers: key.headers };
    expect(codeOf(await send("GET", `/v1/users${query}`))).toBe(40100);
    expect(codeOf(await send("GET", `/v1/users${query}`, keyed))).toBe(40304);
  });

  it("takes an id, and nothing that only begins like one", async () => {
    expect(codeOf(await read(owner, newId()))).toBe(40405);
    for (const id of ["1", `${owner.id}abc`, "me", owner.slug]) {
      expect(codeOf(await read(owner, id))).toBe(42200);
    }
  });
});

describe("changing people", () => {
  it("changes what is given in two round trips, and writes down what changed", async () => {
    const person = await givenUser({ role: "author" });
    const changes = { role: "editor", bio: "Edits." };
    const { status, body, roundTrips } = await edit(owner, person.id, changes);
    expect({ status, roundTrips }).toEqual({ status: 200, roundTrips: 2 });
    expect(body).toMatchObject({ ...changes, name: person.name, version: 2 });
    const [entry] = await db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.entityId, person.id));
    expect(entry).toMatchObject({
      action: "user.update",
      actorId: owner.id,
      version: 2,
      changes: { changed: ["bio", "role"], role: ["author", "editor"] },
    });
  });

  it("is for admins and owners, in person", async () => {
    const person = await givenUser({ role: "contributor" });
    for (const role of roles) {
      const by = await givenUser({ role });
      const sent = await edit(by, person.id, { bio: role }, role === "admin" ? 2 : 1);
      expect(codeOf(sent)).toBe(["owner", "admin"].includes(role) ? undefined : 40300);
    }
    const key = await givenSecretKey(owner, ["users:read", "users:manage"]);
    const sent = await send("PATCH", `/v1/users/${person.id}`, {
      body: { bio: "By a key" },
      headers: { ...key.headers, "if-match": '"v3"' },
    });
    expect(codeOf(sent)).toBe(40302);
  });

  it("raises nobody above oneself", async () => {
    const admin = await givenUser({ role: "admin" });
    const person = await givenUser({ role: "author" });
    expect(codeOf(await edit(admin, person.id, { role: "owner" }))).toBe(42206);
    expect(codeOf(await edit(admin, admin.id, { role: "owner" }))).toBe(42206);
    expect((await edit(admin, person.id, { role: "admin" })).body.role).toBe("admin");
  });

  it("leaves owners to owners", async () => {
    const admin = await givenUser({ role: "admin" });
    const other = await givenUser({ role: "owner" });
    for (const body of [{ role: "editor" }, { status: "suspended" }, { name: "Renamed" }]) {
      expect(codeOf(await edit(admin, other.id, body))).toBe(40300);
    }
    expect(codeOf(await remove(admin, other.id))).toBe(40300);
    expect((await edit(owner, other.id, { role: "editor" })).body.role).toBe("editor");
  });

  it("needs to know which version is changed", async () => {
    const person = await givenUser();
    const blind = await send("PATCH", `/v1/users/${person.id}`, {
      body: { bio: "x" },
      headers: owner.headers,
    });
    expect(codeOf(blind)).toBe(42800);
    expect((await edit(owner, person.id, { bio: "x" }, 9)).body).toMatchObject({
      internal_code: 41200,
      current_version: 1,
    });
    expect(codeOf(await edit(owner, newId(), { bio: "x" }))).toBe(40405);
  });

  it.each([
    { email: "taken@example.com" },
    { password: "seven quiet otters at noon" },
    { password_hash: "x" },
    { version: 9 },
    { role: "king" },
    { status: "deleted" },
    { __proto__x: 1 },
  ])("refuses %j", async (body) => {
    const person = await givenUser();
    expect(codeOf(await edit(owner, person.id, body))).toBe(42200);
  });
});

describe("suspending", () => {
  it("ends every session and every key at once, and for good", async () => {
    const person = await givenUser({ role: "admin" });
    const elsewhere = await signedIn(person);
    const secret = await givenSecretKey(person, ["users:read"]);
    const publishable = await givenPublishableKey(person);
    const doors = [person, elsewhere, secret];
    for (const door of doors) expect((await read(door, owner.id)).status).toBe(200);
    expect((await edit(owner, person.id, { status: "suspended" })).status).toBe(200);
    for (const door of doors) expect(codeOf(await read(door, owner.id))).toBe(40101);
    const content = await send("GET", "/v1/posts", { headers: publishable.headers });
    expect(codeOf(content)).toBe(40101);
    expect(await db.$count(sessions, eq(sessions.userId, person.id))).toBe(0);
    expect((await edit(owner, person.id, { status: "active" }, 2)).status).toBe(200);
    expect(codeOf(await read(person, owner.id))).toBe(40101);
  });
});

describe("a lower role", () => {
  it("takes from sessions and keys at once what it does not have", async () => {
    const person = await givenUser({ role: "admin" });
    const key = await givenSecretKey(person, ["tags:write"]);
    const makeTag = (headers: Record<string, string>) =>
      send("POST", "/v1/tags", { body: { name: crypto.randomUUID() }, headers });
    expect((await makeTag(key.headers)).status).toBe(201);
    await edit(owner, person.id, { role: "author" });
    expect(codeOf(await makeTag(key.headers))).toBe(40300);
    expect(codeOf(await makeTag(person.headers))).toBe(40300);
  });
});

describe("deleting somebody", () => {
  it("hands their posts over, naming the heir once and in place", async () => {
    const [person, heir, third] = [await givenUser(), await givenUser(), await givenAuthor()];
    const alone = await givenPost(person);
    const both = await givenPost(third, person, heir);
    const others = await givenPost(third);
    const sent = await remove(owner, person.id, `?posts_to=${heir.id}`);
    expect([sent.status, sent.roundTrips]).toEqual([204, 2]);
    expect(await bylineOf(alone)).toEqual([heir.id]);
    expect(await bylineOf(both)).toEqual([third.id, heir.id]);
    expect(await bylineOf(others)).toEqual([third.id]);
    expect(codeOf(await read(owner, person.id))).toBe(40405);
    expect(codeOf(await send("GET", "/v1/me", { headers: person.headers }))).toBe(40101);
  });

  it("needs no heir when there is nothing to inherit", async () => {
    const person = await givenUser();
    expect((await remove(owner, person.id)).status).toBe(204);
    expect(codeOf(await remove(owner, person.id))).toBe(40405);
  });

  it("needs an heir for posts: somebody else, who exists", async () => {
    const person = await givenUser();
    const post = await givenPost(person);
    for (const query of ["", `?posts_to=${person.id}`, `?posts_to=${newId()}`]) {
      const refused = await remove(owner, person.id, query);
      expect(codeOf(refused)).toBe(42205);
      expect(refused.body.detail).toContain("posts_to");
    }
    const disguised = `?posts_to=${person.id.toUpperCase()}`;
    expect(codeOf(await remove(owner, person.id, disguised))).toBe(42205);
    expect(codeOf(await remove(owner, person.id, "?posts_to=somebody"))).toBe(42200);
    expect(codeOf(await remove(owner, person.id, "?heir=x"))).toBe(42200);
    expect(await bylineOf(post)).toEqual([person.id]);
  });

  it("loses no post that is credited to them at the same moment", async () => {
    const [person, heir] = [await givenUser(), await givenUser()];
    const [removed, ...written] = await Promise.all([
      remove(owner, person.id, `?posts_to=${heir.id}`),
      ...Array.from({ length: 8 }, () => givenPost(person).catch(() => "refused")),
    ]);
    expect(removed.status).toBe(204);
    for (const post of written.filter((each) => each !== "refused")) {
      expect(await bylineOf(post)).toEqual([heir.id]);
    }
  });
});

// Last: it leaves the database without any owner but its own.
describe("the last owner", () => {
  const owners = async (): Promise<number> =>
    (await db.select().from(users).where(eq(users.role, "owner"))).filter(
      ({ status }) => status === "active",
    ).length;

  async function givenTwoOwners(): Promise<[Person, Person]> {
    const pair: [Person, Person] = [
      await givenUser({ role: "owner" }),
      await givenUser({ role: "owner" }),
    ];
    await db.update(users).set({ role: "editor" }).where(eq(users.role, "owner"));
    for (const { id } of pair)
      await db.update(users).set({ role: "owner" }).where(eq(users.id, id));
    return pair;
  }

  const ways: [string, (by: Person, whom: Person) => ReturnType<typeof send>][] = [
    ["a lower role", (by, whom) => edit(by, whom.id, { role: "admin" })],
    ["suspension", (by, whom) => edit(by, whom.id, { status: "suspended" })],
    ["deletion", (by, whom) => remove(by, whom.id)],
  ];

  it.each(ways)("cannot be taken away by %s", async (_way, take) => {
    const [last, other] = await givenTwoOwners();
    expect((await take(last, other)).status).toBeLessThan(300);
    expect(codeOf(await take(last, last))).toBe(40906);
    expect(await owners()).toBe(1);
  });

  it.each(ways)("remains when two owners strike each other by %s at once", async (_way, take) => {
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = await givenTwoOwners();
      await Promise.all([take(one, other), take(other, one)]);
      expect(await owners()).toBe(1);
    }
  });

  it("is not somebody who is suspended", async () => {
    const [last] = await givenTwoOwners();
    await db.update(users).set({ status: "suspended" }).where(eq(users.role, "owner"));
    await db.update(users).set({ status: "active" }).where(eq(users.id, last.id));
    expect(codeOf(await edit(last, last.id, { role: "editor" }))).toBe(40906);
  });
});
