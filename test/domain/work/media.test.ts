import { env } from "cloudflare:workers";
import { gps, orientation, parse } from "exifr";
import { imageSize } from "image-size";
import { describe, expect, it } from "vitest";

import { kindOf } from "#domain/media/kinds";
import { BadFile, sourceOf, splicing } from "#domain/work/media/anatomy";
import { dissect } from "#domain/work/media/dissect";
import { seeded } from "#test/support/jobs";
import {
  contains,
  encoded,
  exifWithPlace,
  gif,
  joined,
  mp3,
  mp4,
  pdf,
  png,
  PNG_HEAD,
  pngChunk,
  pngHeader,
  svg,
  uint32,
  webpWithExif,
  withExif,
} from "#test/support/pictures";

const picture = png(64, 48);
const jpeg = await encoded(picture, "jpeg");
const webp = await encoded(picture, "webp");
const avif = await encoded(picture, "avif");
/** 16 by 8 pixels, written by libheif with an Exif item: a camera's name and a place. */
const AVIF_WITH_PLACE =
  "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAARdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABOwABAAAAAAAAACIAAgAAAAABXQABAAAAAAAAAUwAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABhdjAxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAABAAAAAIAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAXZtZGF0EgAKCDgMv7SAhoNIMhQcQmLk4AAWAACwn85edmSCRXD0mAAAAAZFeGlmAABJSSoACAAAAAgADwECAA8AAAB+AAAAEgEDAAEAAAABAAAAGgEFAAEAAABuAAAAGwEFAAEAAAB2AAAAKAEDAAEAAAACAAAAEwIDAAEAAAABAAAAaYcEAAEAAACOAAAAJYgEAAEAAADcAAAAAAAAADhjAADoAwAAOGMAAOgDAABJbXByaW50IENhbWVyYQAABgAAkAcABAAAADAyMTABkQcABAAAAAECAwAAoAcABAAAADAxMDABoAMAAQAAAP//AAACoAQAAQAAABAAAAADoAQAAQAAAAgAAAAAAAAABAABAAIAAgAAAE4AAAACAAUAAwAAACoBAAADAAIAAgAAAEUAAAAEAAUAAwAAABIBAAAAAAAADQAAAAEAAAAeAAAAAQAAAAAAAAABAAAANAAAAAEAAAAeAAAAAQAAAAAAAAABAAAA";

async function cleaned(bytes: Uint8Array) {
  const kind = kindOf(bytes);
  if (!kind) throw new Error("This is no file that is taken.");
  const anatomy = await dissect(kind, sourceOf(bytes));
  // In small pieces, as a network would have it.
  const pieces = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.byteLength; at += 7) controller.enqueue(bytes.slice(at, at + 7));
      controller.close();
    },
  });
  const clean = await new Response(pieces.pipeThrough(splicing(anatomy.splices))).arrayBuffer();
  return { kind, anatomy, bytes: new Uint8Array(clean) };
}

const codeOf = (bytes: Uint8Array): Promise<string> =>
  cleaned(bytes).then(
    () => "taken",
    (error: unknown) => (error instanceof BadFile ? error.code : String(error)),
  );

/** The pixels, as a decoder sees them. */
async function pixelsOf(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream();
  const result = await env.IMAGES.input(stream).output({ format: "image/png" });
  return new Uint8Array(await result.response().arrayBuffer());
}

describe("what a file told about who made it where", () => {
  it("is gone from a JPEG, which looks the same", async () => {
    const told = withExif(jpeg);
    expect(await gps(told)).toMatchObject({ latitude: 52.5, longitude: 13.5 });
    const { bytes } = await cleaned(told);
    expect(await parse(bytes, true).catch(() => undefined)).not.toMatchObject({
      Make: expect.anything(),
    });
    expect(await gps(bytes).catch(() => undefined)).toBeUndefined();
    for (const secret of ["secret", "Secret Street", "Imprint Camera"])
      expect(contains(bytes, secret)).toBe(false);
    expect(await pixelsOf(bytes)).toEqual(await pixelsOf(jpeg));
  });

  it("is gone but for how it was held", async () => {
    const { bytes } = await cleaned(withExif(jpeg, 6));
    expect(await orientation(bytes)).toBe(6);
    expect(await gps(bytes).catch(() => undefined)).toBeUndefined();
    expect(imageSize(await pixelsOf(bytes))).toMatchObject({ width: 48, height: 64 });
  });

  it("is gone from a PNG, which looks the same", async () => {
    const told = png(64, 48, {
      extra: [
        pngChunk("eXIf", exifWithPlace()),
        pngChunk("tEXt", joined("Comment\0a secret comment")),
        pngChunk("zzzz", joined("a secret of an application")),
      ],
    });
    const { bytes } = await cleaned(told);
    expect(bytes).toEqual(picture);
  });

  it("is gone from a WebP, but for how it was held", async () => {
    const told = webpWithExif(webp, 64, 48, 8);
    expect(contains(told, "Imprint Camera")).toBe(true);
    const { bytes, anatomy } = await cleaned(told);
    expect(anatomy).toMatchObject({ width: 64, height: 48, frames: 1 });
    expect(contains(bytes, "Imprint Camera") || contains(bytes, "Secret")).toBe(false);
    expect(await codeOf(bytes)).toBe("taken");
    expect(imageSize(await pixelsOf(bytes))).toMatchObject({ width: 48, height: 64 });
  });

  it("is gone from a GIF, which still moves", async () => {
    const { bytes, anatomy } = await cleaned(gif(8, 8, 3));
    expect(anatomy).toMatchObject({ width: 8, height: 8, frames: 3 });
    expect(contains(bytes, "secret")).toBe(false);
    expect(contains(bytes, "NETSCAPE2.0")).toBe(true);
    expect((await cleaned(bytes)).anatomy.frames).toBe(3);
  });

  it("is gone from an AVIF without anything having moved", async () => {
    const told = Uint8Array.fromBase64(AVIF_WITH_PLACE);
    const { bytes, anatomy } = await cleaned(told);
    expect(anatomy).toMatchObject({ width: 16, height: 8, frames: 1 });
    expect(bytes.byteLength).toBe(told.byteLength);
    const latitude = "\x34\0\0\0\x01\0\0\0\x1E\0\0\0\x01\0\0\0";
    for (const secret of ["Imprint Camera", "Exif\0\0II*\0", latitude]) {
      expect(contains(told, secret)).toBe(true);
      expect(contains(bytes, secret)).toBe(false);
    }
    expect(await pixelsOf(bytes)).toEqual(await pixelsOf(told));
    expect((await cleaned(avif)).anatomy).toMatchObject({ width: 64, height: 48, frames: 1 });
  });

  it("is gone from a film without anything having moved, places that a device noted included", async () => {
    const told = mp4();
    const { bytes, anatomy } = await cleaned(told);
    expect(anatomy).toMatchObject({ width: 640, height: 360 });
    expect(bytes.byteLength).toBe(told.byteLength);
    expect(contains(bytes, "secret")).toBe(false);
    expect(contains(bytes, "picture data")).toBe(true);
    expect(await codeOf(bytes)).toBe("taken");
  });

  it("is gone from an MP3, and its title is not", async () => {
    const { bytes } = await cleaned(mp3());
    expect(contains(bytes, "secret") || contains(bytes, "someone@")).toBe(false);
    expect(contains(bytes, "The title")).toBe(true);
    expect(await codeOf(bytes)).toBe("taken");
  });

  it("stays in a PDF, byte for byte", async () => {
    expect((await cleaned(pdf())).bytes).toEqual(pdf());
  });
});

describe("a file that is broken off", () => {
  const whole = { png: picture, jpeg, gif: gif(8, 8, 2), webp, avif, mp4: mp4(), pdf: pdf() };

  it.each(Object.entries(whole))("is found out: %s", async (_name, bytes) => {
    expect(await codeOf(bytes)).toBe("taken");
    const codes = new Set<string>();
    for (const part of [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) {
      codes.add(await codeOf(bytes.slice(0, Math.floor(bytes.byteLength * part))));
    }
    codes.add(await codeOf(bytes.slice(0, -8)));
    codes.delete("file_corrupt");
    expect([...codes]).toEqual(["file_truncated"]);
  });

  it("is found out: a drawing", async () => {
    expect(await codeOf(svg("<g><rect/></g>").slice(0, -8))).toBe("file_truncated");
  });
});

describe("a file that is something else as well", () => {
  const zip = joined("PK\x03\x04", new Uint8Array(40), "PK\x05\x06", new Uint8Array(18));
  const page = joined("<html><script>alert(1)</script>");
  const document = joined("%PDF-1.4 1 0 obj");

  it.each([
    ["a PNG and a ZIP", joined(picture, zip)],
    ["a JPEG and a ZIP", joined(jpeg, zip)],
    ["a GIF and a ZIP", joined(gif(8, 8), zip)],
    ["a WebP and a page", joined(webp, page)],
    [
      "a JPEG and a page, in a comment",
      joined(jpeg.slice(0, 2), [0xff, 0xfe, 0, page.length + 2], page, jpeg.slice(2)),
    ],
    ["a PNG and a PDF, in a chunk", png(8, 8, { extra: [pngChunk("tEXt", document)] })],
    ["a PDF and a ZIP", joined(pdf(), zip)],
    ["an MP3 and a ZIP", joined(mp3(), zip)],
    ["a JPEG and a program", joined(jpeg, "MZ\x90\0")],
  ])("is refused: %s", async (_name, bytes) => {
    expect(await codeOf(bytes)).toBe("file_polyglot");
  });

  it("is cut where only rubbish follows it", async () => {
    expect((await cleaned(joined(jpeg, new Uint8Array(100)))).bytes.byteLength).toBe(
      jpeg.byteLength,
    );
  });
});

describe("a file that is more, unpacked, than it says", () => {
  it("is refused: a PNG whose data goes on", async () => {
    const small = joined(PNG_HEAD, pngHeader(8, 8), picture.subarray(33));
    expect(await codeOf(small)).toBe("file_bomb");
  });

  it("is refused: a drawing that defines entities", async () => {
    const laughs = joined(
      '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
    );
    expect(await codeOf(laughs)).toBe("file_bomb");
  });

  it("is refused: a drawing without an end to its depth", async () => {
    expect(await codeOf(svg("<g>".repeat(200) + "</g>".repeat(200)))).toBe("file_bomb");
  });

  it("is refused: a WebP with a frame beyond its canvas", async () => {
    expect(await codeOf(webpWithExif(webp, 10, 10))).toBe("file_bomb");
  });

  it("is refused: frames without end", async () => {
    expect(await codeOf(gif(8, 8, 301))).toBe("too_many_frames");
    expect(await codeOf(gif(8, 8, 300))).toBe("taken");
  });

  it("is refused: more pixels than any picture may have", async () => {
    const rows = joined(PNG_HEAD, pngHeader(9000, 9000), picture.subarray(33));
    expect(await codeOf(rows)).toBe("file_truncated");
    expect(
      await codeOf(joined("GIF89a", [0x7f, 0x3f, 0x7f, 0x3f, 0, 0, 0], gif(1, 1).subarray(19))),
    ).toBe("too_many_pixels");
  });

  it("is refused: a PNG with a wrong checksum", async () => {
    const wrong = new Uint8Array(picture);
    wrong.set(uint32(7), 29);
    expect(await codeOf(wrong)).toBe("file_corrupt");
  });
});

describe("a file with bytes that somebody has changed", () => {
  const samples = {
    png: png(32, 8, { extra: [pngChunk("tEXt", joined("Comment\0a comment"))] }),
    jpeg: withExif(jpeg, 6),
    gif: gif(8, 8, 3),
    webp: webpWithExif(webp, 64, 48, 6),
    avif,
    mp4: mp4(),
    mp3: mp3().slice(0, 2000),
    pdf: pdf(),
    svg: svg("<g fill='url(#a)'><path d='M0 0'/></g>"),
  };

  it.each(Object.entries(samples))(
    "is taken or refused, and nothing else happens: %s",
    async (name, sample) => {
      const random = seeded(name.length * 7919);
      const strange = new Set<string>();
      for (let round = 0; round < 400; round += 1) {
        const bytes = sample.slice(
          0,
          random() < 0.2 ? Math.ceil(random() * sample.byteLength) : undefined,
        );
        for (let changes = 1 + random() * 4; changes > 0; changes -= 1) {
          // Half of the changes hit the beginning, where most of what is read stands.
          const reach = random() < 0.5 ? Math.min(400, bytes.byteLength) : bytes.byteLength;
          bytes[Math.floor(random() * reach)] = random() < 0.3 ? 255 : Math.floor(random() * 256);
        }
        if (!kindOf(bytes)) continue;
        const code = await codeOf(bytes);
        if (!/^(?:taken|file_|too_|side_)/u.test(code)) strange.add(code);
      }
      expect([...strange]).toEqual([]);
    },
  );
});

describe("a drawing", () => {
  const drawn = async (inside: string): Promise<string> =>
    new TextDecoder().decode((await cleaned(svg(inside))).bytes);

  it("keeps what draws", async () => {
    const inside =
      '<defs><linearGradient id="a"><stop offset="0" stop-color="#f00"></stop></linearGradient></defs><path d="M0 0L9 9" fill="url(#a)"></path><use href="#a"></use><text x="1">A &amp; B</text>';
    expect(await drawn(inside)).toBe(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">${inside}</svg>`,
    );
    expect((await cleaned(svg(inside))).anatomy).toMatchObject({ width: 40, height: 20 });
  });

  it("keeps what its elements say of their style, which goes before their attributes", async () => {
    const styled = '<rect fill="#00f" style="fill:#f00; stroke : #0f0 !important;cursor:help"/>';
    expect(await drawn(styled)).toContain('<rect fill="#f00" stroke="#0f0"></rect>');
    const elsewhere = '<rect style="fill:url(https://evil.example/#a);href:javascript:x"/>';
    expect(await drawn(elsewhere)).toContain("<rect></rect>");
  });

  it("keeps what a link or a choice holds, and not the link", async () => {
    const inside = '<a href="https://evil.example/"><circle r="4"/></a><switch><g/></switch>';
    expect(await drawn(inside)).toContain('><circle r="4"></circle><g></g></svg>');
  });

  it.each([
    "<script>alert(1)</script>",
    "<SCRIPT>alert(1)</SCRIPT>",
    "<script href='https://evil.example/x.js'/>",
    "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><iframe src='javascript:alert(1)'/></body></foreignObject>",
    "<rect onload='alert(1)'/>",
    "<rect ONCLICK='alert(1)'/>",
    "<a href='javascript:alert(1)'><rect/></a>",
    "<a xlink:href='https://evil.example/'><rect/></a>",
    "<use href='https://evil.example/x.svg#a'/>",
    "<use xlink:href='data:image/svg+xml;base64,AAAA#a'/>",
    "<image href='https://evil.example/track.png'/>",
    "<feImage href='https://evil.example/track.png'/>",
    "<rect fill='url(https://evil.example/#a)'/>",
    "<rect fill='u\\72l(https://evil.example/)'/>",
    "<rect style='background:url(https://evil.example/)'/>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<animate attributeName='href' values='javascript:alert(1)'/>",
    "<set attributeName='onclick' to='alert(1)'/>",
    "<handler type='text/javascript'>alert(1)</handler>",
    "<svg:script xmlns:svg='http://www.w3.org/2000/svg'>alert(1)</svg:script>",
    "<?xml-stylesheet href='https://evil.example/x.css'?>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!-- <script>alert(1)</script> -->",
    "<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>",
  ])("loses what does more: %s", async (inside) => {
    const text = await drawn(`${inside}<circle r="1"/>`);
    expect(text).toContain("<circle");
    expect(text).not.toMatch(/<script|evil|javascript:|<foreign|<iframe|<style|<\?|<!/iu);
    expect(text).not.toMatch(/<[^>]*\son[a-z]+=/iu);
  });
});
