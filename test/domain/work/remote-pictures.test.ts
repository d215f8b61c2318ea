import { afterEach, describe, expect, it, vi } from "vitest";

import { fetchPictures } from "#domain/work/remote-pictures";

afterEach(() => vi.unstubAllGlobals());

const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

/** The web, as far as these tests know it. */
function givenWeb(answer: (url: string) => Response | Promise<Response>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
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
    const pictures = await fetchPictures(`${shows(address)}\n\n> ${shows(address)}`);
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
    expect([...(await fetchPictures(shows(address)))]).toEqual([]);
    expect(asked).toEqual([]);
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
    const pictures = await fetchPictures(shows("https://pictures.example.com/odd.jpg", good));
    expect([...pictures.keys()]).toEqual([good]);
  });
});

const endless = () =>
  new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(1024 * 1024).fill(0xff)) });
