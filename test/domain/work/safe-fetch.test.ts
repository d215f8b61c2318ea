import { afterEach, describe, expect, it, vi } from "vitest";

import { AddressRefused, readUpTo, safeFetch } from "#domain/work/safe-fetch";

afterEach(() => vi.unstubAllGlobals());

const rules = { own: ["blog.example.org"], toLoopback: false };

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

const A = 1;
const AAAA = 28;
const CNAME = 5;

/** The internet: what its names resolve to, and what is answered under them. */
function givenInternet(
  records: readonly (readonly [type: number, data: string])[],
  answer: () => Response = () => new Response("fine"),
): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const { hostname, searchParams } = new URL(url);
    if (hostname !== "cloudflare-dns.com") {
      asked.push({ url, init });
      return answer();
    }
    const wanted = searchParams.get("type") === "A" ? A : AAAA;
    const Answer = records
      .filter(([type]) => type === wanted || type === CNAME)
      .map(([type, data]) => ({ name: "x", TTL: 1, type, data }));
    return Response.json({ Status: records.length === 0 ? 3 : 0, Answer });
  });
  return asked;
}

const request = { signal: AbortSignal.timeout(10_000) };
const hook = "https://hooks.example.com/a";

/** Why an address was not asked; undefined when it was. */
async function refusal(address = hook): Promise<string | undefined> {
  try {
    await safeFetch(address, rules, request);
    return undefined;
  } catch (error) {
    if (error instanceof AddressRefused) return error.code;
    throw error;
  }
}

describe("asking an address that somebody chose", () => {
  it("asks it, with nothing that was not given, and follows nothing", async () => {
    const redirect = () =>
      new Response(null, { status: 302, headers: { location: "https://x.com" } });
    const asked = givenInternet(
      [
        [CNAME, "a.example.net."],
        [A, "93.184.215.14"],
      ],
      redirect,
    );
    const response = await safeFetch(
      hook,
      { ...rules, hopMark: "mark" },
      { ...request, method: "POST", headers: { "Content-Type": "text/plain" }, body: "hello" },
    );
    expect(response.status).toBe(302);
    expect(asked).toMatchObject([
      {
        url: hook,
        init: {
          method: "POST",
          redirect: "manual",
          body: "hello",
          headers: { "Content-Type": "text/plain", "X-Imprint-Hop": "mark" },
        },
      },
    ]);
  });

  it.each([
    [[A, "127.0.0.1"]],
    [[A, "10.0.0.1"]],
    [[A, "169.254.169.254"]],
    [[A, "100.64.1.1"]],
    [[AAAA, "::1"]],
    [[AAAA, "::ffff:10.0.0.1"]],
    [[AAAA, "64:ff9b::a00:1"]],
    [[AAAA, "2002:a00:1::"]],
    [[AAAA, "2001::a00:1"]],
    [[AAAA, "fd00::1"]],
    [[A, "nonsense"]],
  ] as const)("does not ask a name that is %j, alone or among others", async (record) => {
    const asked = givenInternet([record]);
    expect(await refusal()).toBe("name_not_public");
    givenInternet([[A, "93.184.215.14"], [AAAA, "2606:4700::1"], record]);
    expect(await refusal()).toBe("name_not_public");
    expect(asked).toEqual([]);
  });

  it("does not ask a name that nobody knows, or when nobody can be asked about it", async () => {
    const asked = givenInternet([]);
    expect(await refusal()).toBe("name_unknown");
    for (const broken of [
      () => Promise.reject(new TypeError("Network connection lost.")),
      async () => new Response("busy", { status: 503 }),
      async () => new Response("not json"),
      async () => Response.json({ Status: 2 }),
      async () => Response.json({ Status: 0, Answer: "none" }),
    ]) {
      vi.stubGlobal("fetch", broken);
      expect(await refusal()).toBe("lookup_failed");
    }
    expect(asked).toEqual([]);
  });

  it("does not even look up what is refused by how it is written", async () => {
    vi.stubGlobal("fetch", () => {
      throw new Error("Somebody was asked.");
    });
    expect(await refusal("https://127.0.0.1/")).toBe("address_is_number");
    expect(await refusal("https://blog.example.org/v1/posts")).toBe("address_is_ours");
    expect(await refusal("http://localhost:3000/")).toBe("address_not_https");
  });

  it("looks nothing up about this machine, where that may be asked", async () => {
    const asked = givenInternet([]);
    await safeFetch("http://127.0.0.1:3000/a", { ...rules, toLoopback: true }, request);
    expect(asked).toHaveLength(1);
  });
});

describe("reading an answer", () => {
  it.each([
    { length: 0, isWhole: true },
    { length: 99, isWhole: true },
    { length: 100, isWhole: true },
    { length: 101, isWhole: false },
    { length: 100_000, isWhole: false },
  ])("of $length bytes ends at the limit", async ({ length, isWhole }) => {
    const bytes = new Uint8Array(length).fill(7);
    const read = await readUpTo(new Response(bytes), 100);
    expect(read).toEqual({ bytes: bytes.slice(0, 100), isWhole });
  });

  it("does not wait for the end of one that has none", async () => {
    let isCancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(60)),
      cancel: () => {
        isCancelled = true;
      },
    });
    expect((await readUpTo(new Response(endless), 100)).bytes).toHaveLength(100);
    expect(isCancelled).toBe(true);
  });
});
