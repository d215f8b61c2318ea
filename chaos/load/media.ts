import sharp from "sharp";

import { insistWithKey } from "./client.ts";
import type { Habit } from "./load.ts";

/** A small picture that is like no other. */
async function paint(colour: { r: number; g: number; b: number }): Promise<Buffer> {
  const create = { width: 240, height: 160, channels: 3 as const, background: colour };
  const dot = await sharp({ create: { ...create, width: 60, height: 40, background: "#fff" } })
    .png()
    .toBuffer();
  return sharp({ create })
    .composite([{ input: dot, left: colour.r % 150, top: colour.g % 100 }])
    .png()
    .toBuffer();
}

/** Uploads a picture, and now and then the same one again. */
export const uploader: Habit = {
  name: "uploader",
  clients: 1,
  restMs: 500,
  async errand({ world, story, random, mark }) {
    const bytes = await paint({
      r: random.between(0, 255),
      g: random.between(0, 255),
      b: random.between(0, 255),
    });
    for (let copy = random.chance(0.3) ? 2 : 1; copy > 0; copy -= 1) {
      const marker = `upload-${mark}-${copy}`;
      const asked = { method: "POST", path: "/v1/media", type: "image/png", body: bytes, marker };
      const reply = await insistWithKey(world, story, asked, random);
      if (reply.status !== 201) throw new Error(`uploading answered ${reply.bytes.toString()}`);
      story.uploads.push(String(reply.body["id"]));
    }
  },
};
