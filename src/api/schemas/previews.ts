import { z } from "@hono/zod-openapi";

import type { PreviewLink } from "#service/posts/preview";

import { Moment } from "./fields";

const DAY = 24 * 3600;
const WEEK = 7 * DAY;

export const NewPreviewLinkBody = z
  .strictObject({
    expires_in: z
      .int()
      .min(60)
      .max(30 * DAY)
      .optional()
      .openapi({ description: "Seconds, 30 days at most.", default: WEEK, example: WEEK }),
  })
  .openapi("NewPreviewLink");

/** In seconds. A body that was left out has not met its defaults. */
export const toPreviewSeconds = ({ expires_in }: z.infer<typeof NewPreviewLinkBody>): number =>
  expires_in ?? WEEK;

export const PreviewLinkBody = z
  .object({
    url: z.url().openapi({
      description: "Shows the post to whoever has it: give it to nobody else.",
      example: "https://cms.example.com/v1/previews/prv_0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11.…",
    }),
    expires_at: Moment.openapi({ example: "2026-11-30T09:30:00.000Z" }),
  })
  .openapi("PreviewLink");

export const toPreviewLinkBody = ({
  url,
  expiresAt,
}: PreviewLink): z.infer<typeof PreviewLinkBody> => ({ url, expires_at: expiresAt });

export const PreviewPath = z.object({
  token: z.string().min(1).max(200).openapi({
    description: "The end of the link.",
    example: "prv_0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11.1795426200000.Zb0c2w",
  }),
});
