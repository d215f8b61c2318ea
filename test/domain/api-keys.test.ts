import { crc32 } from "node:zlib";

import { describe, expect, it } from "vitest";

import { hintOf, newKey, scopeBeyond } from "#domain/api-keys";
import { scopes } from "#domain/permissions";

describe("a new key", () => {
  it("ends, when it is secret, in the checksum of what stands before it", () => {
    const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (let count = 0; count < 50; count += 1) {
      const key = newKey("secret");
      const [, secret = "", checksum = ""] = /^sk_([\w-]{43})([\dA-Za-z]{6})$/u.exec(key) ?? [];
      const read = [...checksum].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
      expect(read).toBe(crc32(secret));
    }
  });

  it("is another each time, and is told from others by its last four characters", () => {
    for (const kind of ["secret", "publishable"] as const) {
      const keys = Array.from({ length: 50 }, () => newKey(kind));
      expect(new Set(keys).size).toBe(50);
      for (const key of keys) expect(key.endsWith(hintOf(key))).toBe(true);
    }
  });
});

describe("scopes", () => {
  it("go no further than the role of whoever gives them", () => {
    expect(scopeBeyond("owner", scopes)).toBeUndefined();
    expect(scopeBeyond("author", ["posts:read", "tags:write"])).toBe("tags:write");
    expect(scopeBeyond("contributor", ["posts:write", "posts:publish"])).toBe("posts:publish");
  });

  it("hold nothing that concerns accounts", () => {
    for (const scope of [
      "users:manage",
      "owners:manage",
      "invites:manage",
      "keys:manage",
      "me:manage",
    ]) {
      expect(scopes).not.toContain(scope);
    }
  });
});
