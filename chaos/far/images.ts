import type { IncomingMessage, ServerResponse } from "node:http";

import sharp from "sharp";

import { addressOf, readBody, sendJson } from "#local/http";

interface Step {
  readonly width?: number;
  readonly height?: number;
  readonly fit?: string;
  readonly rotate?: number;
}

interface Plan {
  readonly steps: readonly Step[];
  readonly options: { readonly format: string; readonly quality?: number };
}

sharp.concurrency(1);
sharp.cache(false);

/** Cloudflare Images, as far as the worker asks it: facts of a picture, and smaller copies. */
export async function handleImages(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = addressOf(request);
  const bytes = await readBody(request, 64 * 1024 * 1024);
  try {
    if (!bytes) throw new Error("too large");
    if (pathname.endsWith("/info")) return sendJson(response, 200, await infoOf(bytes));
    const plan = JSON.parse(searchParams.get("plan") ?? "") as Plan;
    const made = await transform(bytes, plan);
    response.writeHead(200, { "content-type": plan.options.format, "content-length": made.length });
    response.end(made);
  } catch (error) {
    sendJson(response, 422, { code: 9432, message: String(error) });
  }
}

async function infoOf(bytes: Buffer): Promise<unknown> {
  const { format, width, height } = await sharp(bytes).metadata();
  return { format: `image/${format}`, fileSize: bytes.length, width, height };
}

function transform(bytes: Buffer, { steps, options }: Plan): Promise<Buffer> {
  let picture = sharp(bytes).rotate();
  for (const { width, height } of steps) {
    if (width === undefined && height === undefined) continue;
    picture = picture.resize({
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      fit: "inside",
      withoutEnlargement: true,
    });
  }
  const quality = options.quality ?? 80;
  if (options.format === "image/avif") return picture.avif({ quality, effort: 0 }).toBuffer();
  if (options.format === "image/webp") return picture.webp({ quality, effort: 0 }).toBuffer();
  if (options.format === "image/png") return picture.png().toBuffer();
  if (options.format === "rgba") return picture.ensureAlpha().raw().toBuffer();
  return picture.jpeg({ quality }).toBuffer();
}
