import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";

import { StorageUnavailable } from "#api/exceptions";
import { createContext } from "#core/context";
import { isStorageAway } from "#core/files";
import { imports, media, subscriberImports } from "#repository/models";
import { givenUser } from "#test/support/people";
import { png } from "#test/support/pictures";
import { codeOf, ORIGIN, send } from "#test/support/requests";

const { db, files } = createContext(env, { waitUntil: () => undefined }, "storage");
const admin = await givenUser({ role: "admin" });

const away = () => Promise.reject(new Error("put: We encountered an internal error. (10001)"));

afterEach(() => void vi.restoreAllMocks());

describe("A place for files that is away", () => {
  const bodies = {
    "/v1/media": ["image/png", png(8, 8)],
    "/v1/imports": ["application/x-ndjson", '{"path":"a.md","markdown":"A."}\n'],
    "/v1/subscribers/import?attestation=They+asked+for+it": ["text/csv", "email\na@example.com\n"],
  } as const;

  it.each(Object.entries(bodies))(
    "is said by POST %s, and nothing is saved",
    async (path, sent) => {
      vi.spyOn(env.FILES, "createMultipartUpload").mockImplementation(away);
      const [type, body] = sent;
      const response = await exports.default.fetch(`${ORIGIN}${path}`, {
        method: "POST",
        headers: { ...admin.headers, "content-type": type },
        body,
      });
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("5");
      expect(await response.json()).toMatchObject({
        internal_code: StorageUnavailable.internalCode,
      });
      for (const table of [media, imports, subscriberImports]) {
        expect(await db.select().from(table)).toEqual([]);
      }
    },
  );

  it("is said to whoever asks for a file, and nobody keeps that answer", async () => {
    const name = `${"ab".repeat(32)}.png`;
    await files.put(`media/${name}`, png(8, 8));
    vi.spyOn(env.FILES, "head").mockImplementation(away);
    const answer = await send("GET", `/media/${name}`);
    expect(codeOf(answer)).toBe(StorageUnavailable.internalCode);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
  });
});

describe("An error of the storage", () => {
  it.each([
    ["get: We encountered an internal error. Please try again. (10001)", true],
    ["uploadPart: Unspecified error (0)", true],
    ["put: Service temporarily unavailable (10043)", true],
    ["put: The specified key name is too long. (10020)", false],
    ["Something else (10001)", false],
  ])("%s passes: %s", (message, passes) => {
    expect(isStorageAway(new Error(message))).toBe(passes);
  });
});
