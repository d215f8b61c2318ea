import Argon2, { Argon2Type, Argon2Version } from "@phi-ag/argon2";
import wasm from "@phi-ag/argon2/argon2.wasm";
import simd from "argon2id/dist/simd.wasm";
import setUpOracle from "argon2id/lib/setup.js";
import { describe, expect, it } from "vitest";

import { isCommonPassword } from "#domain/common-passwords";
import {
  hashParameters,
  hashPassword,
  isOutdated,
  isPassword,
  nobodysHash,
} from "#domain/passwords";

const load = async (imports: WebAssembly.Imports) => ({
  instance: await WebAssembly.instantiate(simd, imports),
  module: simd,
});
const oracle = await setUpOracle(load, load);
const encoder = new TextEncoder();

interface Phc {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
  readonly parameters: string;
}

function parse(encoded: string): Phc {
  const [, type, version, costs, salt = "", hash = ""] = encoded.split("$");
  return { parameters: `${type} ${version} ${costs}`, salt: bytes(salt), hash: bytes(hash) };
}

const bytes = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const expected = (password: string, salt: Uint8Array): Uint8Array =>
  oracle({
    password: encoder.encode(password),
    salt,
    parallelism: 1,
    passes: 2,
    memorySize: 19_456,
    tagLength: 32,
  });

describe("the other implementation", () => {
  it("gives the tag of RFC 9106, section 5.3", () => {
    const tag = oracle({
      password: new Uint8Array(32).fill(1),
      salt: new Uint8Array(16).fill(2),
      secret: new Uint8Array(8).fill(3),
      ad: new Uint8Array(12).fill(4),
      parallelism: 4,
      passes: 3,
      memorySize: 32,
      tagLength: 32,
    });
    expect(Buffer.from(tag).toString("hex")).toBe(
      "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659",
    );
  });
});

describe("hashes", () => {
  it("are Argon2id at 19 MiB, two passes and one lane, with 16 bytes of salt", async () => {
    const { parameters, salt, hash } = parse(await hashPassword("seven quiet otters at noon"));
    expect(parameters).toBe("argon2id v=19 m=19456,t=2,p=1");
    expect(salt).toHaveLength(16);
    expect(hash).toHaveLength(32);
    expect(hashParameters).toEqual({
      type: Argon2Type.Argon2id,
      version: Argon2Version.Version13,
      memoryCost: 19_456,
      timeCost: 2,
      parallelism: 1,
      hashLength: 32,
    });
  });

  it.each([
    "seven quiet otters at noon",
    " leading and trailing ",
    "pässwörter über alles",
    "密码密码密码密码密码密码",
    "🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦",
    "e\u0301 is not \u00e9 in bytes",
    "a".repeat(128),
    "ж".repeat(128),
  ])("are what another implementation makes of the same password: %s", async (password) => {
    const { salt, hash } = parse(await hashPassword(password));
    expect(hash).toEqual(expected(password, salt));
  });

  it("are what another implementation makes of random passwords", async () => {
    for (let round = 0; round < 12; round += 1) {
      const points = crypto.getRandomValues(new Uint16Array(12 + round));
      const password = String.fromCharCode(...points).toWellFormed();
      const { salt, hash } = parse(await hashPassword(password));
      expect(hash).toEqual(expected(password, salt));
    }
  });

  it("are Argon2id as the reference implementation has it", async () => {
    const argon2 = new Argon2(await WebAssembly.instantiate(wasm));
    const salt = encoder.encode("somesalt");
    const costs = { memoryCost: 65_536, timeCost: 2, parallelism: 1, hashLength: 32 };
    expect(argon2.hash("password", { ...costs, salt }).encoded).toBe(
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    );
  });

  it("differ for the same password", async () => {
    expect(await hashPassword("the very same words")).not.toBe(
      await hashPassword("the very same words"),
    );
  });
});

describe("checking a password", () => {
  it("accepts the password and nothing else", async () => {
    const hash = await hashPassword("seven quiet otters at noon");
    expect(await isPassword("seven quiet otters at noon", hash)).toBe(true);
    expect(await isPassword("seven quiet otters at noon ", hash)).toBe(false);
    expect(await isPassword("Seven quiet otters at noon", hash)).toBe(false);
    expect(await isPassword("", hash)).toBe(false);
  });

  it.each([
    ["beyond 72 bytes", `${"x".repeat(100)}a`, `${"x".repeat(100)}b`],
    [
      "at the end of text that is not ASCII",
      "密码密码密码密码密码密甲",
      "密码密码密码密码密码密乙",
    ],
    ["in what the padding could look like", "ééééééé-----", "éééééééééééé"],
  ])("tells passwords apart that differ only %s", async (_where, one, other) => {
    const hash = await hashPassword(one);
    expect(await isPassword(one, hash)).toBe(true);
    expect(await isPassword(other, hash)).toBe(false);
  });

  it("refuses every password where there is none, at the cost of a real check", async () => {
    expect(await isPassword("seven quiet otters at noon", null)).toBe(false);
    const { parameters, salt, hash } = parse(nobodysHash);
    expect(parameters).toBe("argon2id v=19 m=19456,t=2,p=1");
    expect([salt.byteLength, hash.byteLength]).toEqual([16, 32]);
    const argon2 = new Argon2(await WebAssembly.instantiate(wasm));
    expect(argon2.tryVerify(nobodysHash, "seven quiet otters at noon").error).toBe(
      argon2.tryVerify(await hashPassword("one"), "other").error,
    );
  });

  it("knows a hash that was made with other parameters", async () => {
    const argon2 = new Argon2(await WebAssembly.instantiate(wasm));
    const old = argon2.hash("seven quiet otters", { ...hashParameters, timeCost: 1 }).encoded;
    expect(isOutdated(old)).toBe(true);
    expect(await isPassword("seven quiet otters", old)).toBe(true);
    expect(isOutdated(await hashPassword("seven quiet otters"))).toBe(false);
  });
});

describe("common passwords", () => {
  it.each([
    "aaaaaaaaaaaa",
    "abababababab",
    "passwordpassword",
    "password1234",
    "Password123!",
    "P@ssw0rd2024!",
    "Welcome2026!!",
    "123456789012",
    "1234567890123",
    "123123123123",
    "qwertyuiop12",
    "qwerty123456",
    "1qaz2wsx3edc",
    "1q2w3e4r5t6y",
    "zaq12wsxcde3",
    "asdfghjkl123",
    "abcdefghijkl",
    "iloveyou1234",
    "iloveyoubaby",
    "adminadminadmin",
    "administrator1",
    "Summer2025!!",
    "changeme1234",
    "letmein12345",
    "trustno1trustno1",
    "correcthorsebatterystaple",
    "111111222222",
    "ada-lovelace-1815",
    "LOVELACE12345",
  ])("include %s", (password) => {
    expect(isCommonPassword(password, "ada.lovelace@example.com")).toBe(true);
  });

  it.each([
    "seven quiet otters at noon",
    "gR7#pLw0zK2v",
    "violet kettle rides north",
    "savannah trees grow slowly",
    "xkcd-936-but-not-quite",
    "密码很长而且没有人会想到它",
    "my dog ate 4 biscuits",
    "0f3b9a61d27c",
  ])("do not include %s", (password) => {
    expect(isCommonPassword(password, "anna@example.com")).toBe(false);
  });

  it.each(["letmein", "loginlogin", "aaaa", "abcabd"])(
    "are told before anybody gives up waiting when %s goes on and on",
    (piece) => {
      const password = `${piece.repeat(128).slice(0, 127)}~`;
      const email = `${"a".repeat(60)}@${"b.".repeat(60)}example.com`;
      expect(isCommonPassword(password, email)).toBeTypeOf("boolean");
    },
  );
});
