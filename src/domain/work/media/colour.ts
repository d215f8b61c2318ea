import { latin1, viewOf } from "./anatomy";
import { inflated } from "./inflate";

type Pixel = readonly [red: number, green: number, blue: number, alpha: number];

/**
 * The colour that most of a tiny picture has, as `#rrggbb`: the average of the fullest of 512 boxes of like
 * colours. What is more transparent than not counts only where there is nothing else.
 *
 * @param png of eight bits a channel, not interlaced, small enough to be held in memory.
 * @returns null when nothing of it can be seen, or when it is a PNG of another make.
 */
export async function dominantColour(png: Uint8Array): Promise<string | null> {
  const pixels = await pixelsIn(png);
  const solid = pixels.filter(([, , , alpha]) => alpha >= 128);
  const boxes = Map.groupBy(
    solid.length > 0 ? solid : pixels.filter(([, , , alpha]) => alpha > 0),
    ([red, green, blue]) => (red >> 5) * 64 + (green >> 5) * 8 + (blue >> 5),
  );
  const [fullest] = [...boxes.values()].toSorted((a, b) => b.length - a.length);
  if (!fullest) return null;
  const channel = (index: 0 | 1 | 2): string => {
    const sum = fullest.reduce((total, pixel) => total + pixel[index], 0);
    return Math.round(sum / fullest.length)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(0)}${channel(1)}${channel(2)}`;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  /** Bytes of one pixel. */
  readonly step: number;
  readonly type: number;
}

const steps: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

async function pixelsIn(png: Uint8Array): Promise<Pixel[]> {
  const view = viewOf(png);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth = 0, type = 0, , , interlace] = png.subarray(24, 29);
  const step = steps[type] ?? 0;
  if (depth !== 8 || interlace !== 0 || step === 0 || width * height > 65_536) return [];
  const chunks = chunksOf(png);
  const data = chunks.filter(([name]) => name === "IDAT").map(([, bytes]) => bytes);
  const raw = new Uint8Array(await new Response(inflated(data)).arrayBuffer());
  const rows = unfiltered(raw, { width, height, step, type });
  const palette = chunks.find(([name]) => name === "PLTE")?.[1];
  const alphas = chunks.find(([name]) => name === "tRNS")?.[1];
  return Array.from({ length: width * height }, (_, index) =>
    pixelAt(rows.subarray(index * step, (index + 1) * step), type, palette, alphas),
  );
}

function chunksOf(png: Uint8Array): (readonly [string, Uint8Array])[] {
  const view = viewOf(png);
  const chunks: (readonly [string, Uint8Array])[] = [];
  for (let at = 8; at + 12 <= png.byteLength;) {
    const length = view.getUint32(at);
    chunks.push([latin1(png, at + 4, at + 8), png.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  return chunks;
}

/** Undoes what made rows easier to compress (PNG, third edition, section 9.2). */
function unfiltered(raw: Uint8Array, { width, height, step }: Layout): Uint8Array {
  const length = width * step;
  const rows = new Uint8Array(length * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (length + 1)] ?? 0;
    for (let x = 0; x < length; x += 1) {
      const at = y * length + x;
      const left = x < step ? 0 : (rows[at - step] ?? 0);
      const up = y === 0 ? 0 : (rows[at - length] ?? 0);
      const corner = x < step || y === 0 ? 0 : (rows[at - length - step] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      rows[at] = (raw[y * (length + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return rows;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((each) => Math.abs(guess - each));
  if ((toLeft ?? 0) <= (toUp ?? 0) && (toLeft ?? 0) <= (toCorner ?? 0)) return left;
  return (toUp ?? 0) <= (toCorner ?? 0) ? up : corner;
}

function pixelAt(
  bytes: Uint8Array,
  type: number,
  palette?: Uint8Array,
  alphas?: Uint8Array,
): Pixel {
  const [a = 0, b = 0, c = 0, d = 255] = bytes;
  if (type === 2 || type === 6) return [a, b, c, d];
  if (type === 0 || type === 4) return [a, a, a, type === 0 ? 255 : b];
  const [red = 0, green = 0, blue = 0] = palette?.subarray(a * 3, a * 3 + 3) ?? [];
  return [red, green, blue, alphas?.[a] ?? 255];
}
