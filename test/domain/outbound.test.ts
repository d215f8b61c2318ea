import { describe, expect, it } from "vitest";

import { isGlobalAddress, type OutboundRules, refusalOfAddress } from "#domain/outbound";

import { good, hostile } from "./outbound-addresses";

const own = ["blog.imprint-site.com", "api.imprint-site.com"];
const strict: OutboundRules = { own, toLoopback: false };
const lenient: OutboundRules = { own: ["localhost:8787"], toLoopback: true };

const all = Object.entries(hostile).flatMap(([what, addresses]) =>
  addresses.map((address) => [what, address] as const),
);

describe("an address that somebody gives", () => {
  it("is tried in many ways", () => {
    expect(new Set(all.map(([, address]) => address)).size).toBeGreaterThanOrEqual(300);
  });

  it.each(all)("is refused as %s: %j", (_what, address) => {
    expect(refusalOfAddress(address, strict)).toBeTypeOf("string");
  });

  it.each(all)("is refused however it is normalised first, as %s: %j", (_what, address) => {
    const normalised = URL.canParse(address) ? new URL(address).href : address;
    // What only misled by its spelling is what it is once it is spelled out.
    const isPlain = refusalOfAddress(normalised, strict) === undefined;
    const { hostname = "" } = URL.parse(normalised) ?? {};
    expect(isPlain && hostname !== "example.com").toBe(false);
  });

  it.each(good)("is taken: %s", (address) => {
    expect(refusalOfAddress(address, strict)).toBeUndefined();
  });

  it("is told why it is refused", () => {
    const reasons = Object.values(hostile).map(([address = ""]) =>
      refusalOfAddress(address, strict),
    );
    expect(new Set(reasons)).toEqual(
      new Set([
        "address_has_credentials",
        "address_has_port",
        "address_is_number",
        "address_is_ours",
        "address_malformed",
        "address_not_https",
        "address_not_public",
      ]),
    );
  });
});

describe("where this machine may be asked", () => {
  it.each([
    "http://localhost:3000/hook",
    "https://localhost/hook",
    "http://app.localhost:3000/",
    "http://127.0.0.1:1/",
    "http://127.8.8.8/",
    "http://[::1]:3000/",
    "http://0x7f.1:3000/",
    "https://example.com/hook",
  ])("is taken: %s", (address) => {
    expect(refusalOfAddress(address, lenient)).toBeUndefined();
  });

  it.each([
    "http://localhost:8787/v1/posts",
    "http://user@localhost:3000/",
    "http://localhost.:3000/",
    "http://localhost.example.com/",
    "http://127.0.0.1.example.com/",
    "http://example.com/",
    "http://10.0.0.1/",
    "http://169.254.169.254/",
    "http://0.0.0.0:3000/",
    "http://[::]:3000/",
    "http://[::ffff:10.0.0.1]/",
    "http://host.docker.internal/",
    "ftp://localhost/",
  ])("is refused: %s", (address) => {
    expect(refusalOfAddress(address, lenient)).toBeTypeOf("string");
  });
});

describe("an address that a name has", () => {
  it.each([
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.215.14", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
    "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1", "2001:4860:4860::8888", "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e", "2003::1", "3ffd:ffff::1",
  ])("is everybody's: %s", (address) => {
    expect(isGlobalAddress(address)).toBe(true);
  }); // prettier-ignore

  it.each([
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255",
    "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.0",
    "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.2.3", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1", "::7f00:1", "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1",
    "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3ffe::1", "3fff::1", "4000::1",
    "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "not an address", "", "127.1", "0x7f000001",
    "example.com", "2130706433", "fe80::1%eth0", "1.1.1.1 ", "[2606:4700:4700::1111]",
  ])("is not: %s", (address) => {
    expect(isGlobalAddress(address)).toBe(false);
  }); // prettier-ignore
});
