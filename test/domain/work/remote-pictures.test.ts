import { afterEach, describe, expect, it, vi } from "vitest";

import { fetchPictures } from "#domain/work/remote-pictures";

afterEach(() => vi.unstubAllGlobals());

const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

const rules = { own: [], toLoopback: false };

/** What every name resolves to. */
const resolved = { Status: 0, Answer: [{ type: 1, data: "93.184.215.14" }] };

/** The web, as far as these tests know it. */
function givenWeb(answer: (url: string) => Response | Promise<Response>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (new URL(url).hostname === "cloudflare-dns.com") return Response.json(resolved);
    asked.push(url);
    expect(init.redirect).toBe("manual");
    return answer(url);
  });
  return asked;
}

const shows = (...addresses: string[]): string =>
  addresses.map((address) => `![picture](<${address}>)`).join("\n\n");

describe("fetching pictures", () => {
  it("brings in what a document shows, each address once", async () => {
    const asked = givenWeb(() => new Response(jpeg));
    const address = "https://pictures.example.com/a.jpg?w=1";
    const pictures = await fetchPictures(`${shows(address)}\n\n> ${shows(address)}`, rules);
    expect([...pictures]).toEqual([[address, jpeg]]);
    expect(asked).toEqual([address]);
  });

  it.each([
    "http://pictures.example.com/a.jpg",
    "https://pictures.example.com:8443/a.jpg",
    "https://user:secret@pictures.example.com/a.jpg",
    "https://127.0.0.1/a.jpg",
    "https://2130706433/a.jpg",
    "https://0x7f.1/a.jpg",
    "https://[::1]/a.jpg",
    "https://[::ffff:169.254.169.254]/a.jpg",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost/a.jpg",
    "https://printer.local/a.jpg",
    "https://metadata.google.internal/a.jpg",
    "https://router.home.arpa/a.jpg",
    "https://intranet/a.jpg",
    "https://pictures.example.com./a.jpg",
    "//pictures.example.com/a.jpg",
    "/a.jpg",
    "ftp://pictures.example.com/a.jpg",
  ])("asks nobody for %s", async (address) => {
    const asked = givenWeb(() => new Response(jpeg));
    expect([...(await fetchPictures(shows(address), rules))]).toEqual([]);
    expect(asked).toEqual([]);
  });

  it("asks for a few at a time, and tells between", async () => {
    let open = 0;
    let most = 0;
    let told = 0;
    givenWeb(async () => {
      open += 1;
      most = Math.max(most, open);
      await scheduler.wait(1);
      open -= 1;
      return new Response(jpeg);
    });
    const addresses = Array.from({ length: 41 }, (_, n) => `https://pictures.example.com/${n}.jpg`);
    const pictures = await fetchPictures(shows(...addresses), rules, async () => {
      expect(open).toBe(0);
      told += 1;
    });
    expect([...pictures.keys()]).toEqual(addresses.slice(0, 40));
    expect({ most, told }).toEqual({ most: 4, told: 10 });
  });

  it("gives all of them one minute together", async () => {
    const [all, each] = [new AbortController(), new AbortController()];
    const timeout = vi.spyOn(AbortSignal, "timeout");
    timeout.mockImplementation((after) => (after === 60_000 ? all : each).signal);
    const asked = givenWeb(() => new Response(jpeg));
    const addresses = Array.from({ length: 12 }, (_, n) => `https://pictures.example.com/${n}.jpg`);
    await fetchPictures(shows(...addresses), rules, async () => {
      if (asked.length === 8) all.abort();
    });
    timeout.mockRestore();
    expect(asked).toEqual(addresses.slice(0, 8));
  });

  it("ends when whoever is told wants it to", async () => {
    const asked = givenWeb(() => new Response(jpeg));
    const addresses = Array.from({ length: 12 }, (_, n) => `https://pictures.example.com/${n}.jpg`);
    const stopped = fetchPictures(shows(...addresses), rules, () =>
      Promise.reject(new Error("Stop.")),
    );
    await expect(stopped).rejects.toThrow("Stop.");
    expect(asked).toHaveLength(4);
  });

  it.each([
    [
      "a redirect",
      () => new Response(jpeg, { status: 302, headers: { location: "https://x.example" } }),
    ],
    ["a page", () => new Response("<html>")],
    ["an error", () => new Response(jpeg, { status: 500 })],
    ["a picture that never ends", () => new Response(endless())],
    ["silence", () => Promise.reject(new Error("Network connection lost."))],
  ])("goes on without the picture after %s", async (_case, answer) => {
    givenWeb((url) => (url.includes("good") ? new Response(jpeg) : answer()));
    const good = "https://pictures.example.com/good.jpg";
    const pictures = await fetchPictures(
      shows("https://pictures.example.com/odd.jpg", good),
      rules,
    );
    expect([...pictures.keys()]).toEqual([good]);
  });
});

const endless = () =>
  new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(1024 * 1024).fill(0xff)) });
