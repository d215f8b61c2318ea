import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import type { Suppression } from "#domain/suppressions";

import { Id, Moment } from "./fields";
import { Address } from "./subscribers";

const Reason = z
  .enum(["unsubscribe_all", "manual", "hard_bounce", "complaint"])
  .openapi("SuppressionReason", {
    description:
      "`unsubscribe_all` and `manual` end when the owner of the address signs up anew and confirms. The others only when they are lifted.",
  });

export const SuppressionBody = z
  .object({ id: Id, reason: Reason, created_at: Moment })
  .openapi("Suppression");

export const SuppressionPage = page(SuppressionBody, "SuppressionPage");

export const toSuppressionBody = (entity: Suppression): z.infer<typeof SuppressionBody> => ({
  id: entity.id,
  reason: entity.reason,
  created_at: entity.createdAt,
});

export const SuppressionQuery = PageQuery.extend({
  email: Address.optional().openapi({ description: "Whether just this address is suppressed." }),
});

export const AddressQuery = z.strictObject({ email: Address });

export const NewSuppressionBody = z
  .strictObject({ email: Address, reason: Reason.optional() })
  .openapi("NewSuppression");
