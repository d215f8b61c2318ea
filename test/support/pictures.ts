import { crc32, deflateSync } from "node:zlib";

import { env } from "cloudflare:workers";

/** Real files, made here: what is in them is known to the byte. */

const encode = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

export const joined = (
  ...parts: readonly (Uint8Array | string | readonly number[])[]
): Uint8Array => {
  const all = parts.map((part) =>
    typeof part === "string"
      ? encode(part)
      : part instanceof Uint8Array
        ? part
        : Uint8Array.from(part),
  );
  const whole = new Uint8Array(all.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of all) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
};

export const uint32 = (value: number): Uint8Array =>
  Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const uint16 = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value);

export const pngChunk = (type: string, data: Uint8Array): Uint8Array => {
  const named = joined(type, data);
  return joined(uint32(data.byteLength), named, uint32(crc32(named)));
};

export const PNG_HEAD = joined([0x89], "PNG\r\n", [0x1a, 0x0a]);

export const pngHeader = (width: number, height: number): Uint8Array =>
  pngChunk("IHDR", joined(uint32(width), uint32(height), [8, 2, 0, 0, 0]));

/** A picture that is red at the left and blue at the right, with a first row that no other seed makes. */
export function png(
  width: number,
  height: number,
  { extra = [], seed = 1 }: { extra?: readonly Uint8Array[]; seed?: number } = {},
): Uint8Array {
  const raw = new Uint8Array(height * (1 + width * 3));
  let noise = seed;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
      const at = y * (1 + width * 3) + 1 + x * 3;
      const isLeft = x < width * 0.6;
      const grain = y === 0 ? noise >>> 28 : 0;
      raw[at] = isLeft ? 208 + grain : 16;
      raw[at + 1] = 16;
      raw[at + 2] = isLeft ? 16 : 208 + grain;
    }
  }
  const data = pngChunk("IDAT", deflateSync(raw, { level: 1 }));
  return joined(
    PNG_HEAD,
    pngHeader(width, height),
    ...extra,
    data,
    pngChunk("IEND", new Uint8Array()),
  );
}

/** The same picture in another format, by the encoder of the Images binding. */
export async function encoded(
  source: Uint8Array,
  format: "jpeg" | "webp" | "avif",
): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(source)]).stream();
  const result = await env.IMAGES.input(stream).output({ format: `image/${format}` });
  return new Uint8Array(await result.response().arrayBuffer());
}

/** Exif data as a telephone writes it: who made it, how it was held, and where on earth. */
export function exifWithPlace(orientation = 1): Uint8Array {
  const make = "Imprint Camera\0\0";
  const makeAt = 8 + 2 + 3 * 12 + 4;
  const gpsAt = makeAt + make.length;
  const rationalsAt = gpsAt + 2 + 4 * 12 + 4;
  const entry = (tag: number, type: number, count: number, value: Uint8Array): Uint8Array =>
    joined(uint16(tag), uint16(type), uint32(count), value);
  const degrees = (value: number): Uint8Array =>
    joined(uint32(value), uint32(1), uint32(30), uint32(1), uint32(0), uint32(1));
  return joined(
    "MM\0*",
    uint32(8),
    uint16(3),
    entry(0x01_0f, 2, make.length, uint32(makeAt)),
    entry(0x01_12, 3, 1, joined(uint16(orientation), [0, 0])),
    entry(0x88_25, 4, 1, uint32(gpsAt)),
    uint32(0),
    make,
    uint16(4),
    entry(1, 2, 2, encode("N\0\0\0")),
    entry(2, 5, 3, uint32(rationalsAt)),
    entry(3, 2, 2, encode("E\0\0\0")),
    entry(4, 5, 3, uint32(rationalsAt + 24)),
    uint32(0),
    degrees(52),
    degrees(13),
  );
}

const segment = (marker: number, data: Uint8Array): Uint8Array =>
  joined([0xff, marker], uint16(data.byteLength + 2), data);

/** A JPEG with Exif data, XMP and a comment behind its first marker. */
export const withExif = (jpeg: Uint8Array, orientation = 1): Uint8Array =>
  joined(
    jpeg.subarray(0, 2),
    segment(0xe1, joined("Exif\0\0", exifWithPlace(orientation))),
    segment(
      0xe1,
      encode("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><a>Secret Street 7</a></x:xmpmeta>"),
    ),
    segment(0xfe, encode("a secret comment")),
    jpeg.subarray(2),
  );

/** A WebP with an Exif chunk behind all others. */
export function webpWithExif(
  webp: Uint8Array,
  width: number,
  height: number,
  orientation = 1,
): Uint8Array {
  const little = (value: number, size: number): number[] =>
    Array.from({ length: size }, (_, index) => (value >>> (8 * index)) & 255);
  const chunk = (type: string, data: Uint8Array): Uint8Array =>
    joined(type, little(data.byteLength, 4), data, data.byteLength % 2 === 1 ? [0] : []);
  const header = chunk(
    "VP8X",
    joined([0x0c, 0, 0, 0], little(width - 1, 3), little(height - 1, 3)),
  );
  const rest = joined(
    "WEBP",
    header,
    webp.subarray(12),
    chunk("EXIF", exifWithPlace(orientation)),
    chunk("XMP ", encode("<x:xmpmeta>Secret Street 7</x:xmpmeta>")),
  );
  return joined("RIFF", little(rest.byteLength, 4), rest);
}

/** A GIF of so many frames, with a comment. */
export function gif(width: number, height: number, frames = 1): Uint8Array {
  const size = [width & 255, width >> 8, height & 255, height >> 8];
  // Minimum code size 2: clear, colour 1, end, for the first pixel; decoders fill up the rest.
  const image = joined([0x2c, 0, 0, 0, 0], size, [0, 2, 2, 0x4c, 0x01, 0]);
  const frame = joined([0x21, 0xf9, 4, 0, 10, 0, 0, 0], image);
  return joined(
    "GIF89a",
    size,
    [0x80, 0, 0, 0xff, 0, 0, 0, 0, 0xff],
    [0x21, 0xff, 11],
    "NETSCAPE2.0",
    [3, 1, 0, 0, 0],
    [0x21, 0xfe, 16],
    "a secret comment",
    [0],
    ...Array.from({ length: frames }, () => frame),
    [0x3b],
  );
}

const box = (type: string, ...content: readonly (Uint8Array | string)[]): Uint8Array => {
  const body = joined(...content);
  return joined(uint32(body.byteLength + 8), type, body);
};

const zeros = (length: number): Uint8Array => new Uint8Array(length);

/** As much of a film as says what it is: a picture track, a track of places, and user data with a place. */
export function mp4(): Uint8Array {
  const type = box("ftyp", "isom", uint32(512), "isomiso2avc1mp41");
  const samples = joined("picture data", "+52.5+013.5/ secret place");
  const header = (dataAt: number): Uint8Array => {
    const track = (handler: string, offset: number, length: number): Uint8Array =>
      box(
        "trak",
        box("tkhd", uint32(7), uint32(3_700_000_000), uint32(3_700_000_000), uint32(1), zeros(24),
          uint32(65_536), zeros(32), uint32(640 * 65_536), uint32(360 * 65_536)),
        box(
          "mdia",
          box("mdhd", zeros(4), uint32(3_700_000_000), uint32(3_700_000_000), zeros(12)),
          box("hdlr", zeros(8), handler, zeros(13)),
          box(
            "minf",
            box(
              "stbl",
              box("stsz", zeros(4), uint32(0), uint32(1), uint32(length)),
              box("stsc", zeros(4), uint32(1), uint32(1), uint32(1), uint32(1)),
              box("stco", zeros(4), uint32(1), uint32(offset)),
            ),
          ),
        ),
      ); // prettier-ignore
    return box(
      "moov",
      box("mvhd", zeros(4), uint32(3_700_000_000), uint32(3_700_000_000), zeros(88)),
      track("vide", dataAt, 12),
      track("meta", dataAt + 12, 25),
      box("udta", box("\xa9xyz", uint16(18), uint16(0), "+52.5+013.5/secret")),
    );
  };
  const dataAt = type.byteLength + header(0).byteLength + 8;
  return joined(type, header(dataAt), box("mdat", samples));
}

/** A tag with a title, a private frame and a comment, and a second of silence behind it. */
export function mp3(): Uint8Array {
  const frame = (id: string, text: string): Uint8Array =>
    joined(id, uint32(text.length), uint16(0), text);
  const tag = joined(
    frame("TIT2", "\0The title"),
    frame("PRIV", "someone@example.com\0secret"),
    frame("COMM", "\0eng\0a secret comment"),
    zeros(20),
  );
  const size = [0, 0, tag.byteLength >> 7, tag.byteLength & 0x7f];
  const silence = joined([0xff, 0xfb, 0x90, 0x64], zeros(413));
  return joined("ID3", [3, 0, 0], size, tag, ...Array.from({ length: 38 }, () => silence));
}

export const pdf = (): Uint8Array =>
  joined("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n");

export const svg = (inside: string): Uint8Array =>
  new TextEncoder().encode(
    `<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">${inside}</svg>`,
  );

/** Whether a text stands anywhere in a file. */
export const contains = (bytes: Uint8Array, text: string): boolean =>
  new TextDecoder("latin1").decode(bytes).includes(text);
