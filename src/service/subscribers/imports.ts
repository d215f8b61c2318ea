import { BodyTooLarge, SubscriberImportNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { newId, now } from "#core/ids";
import { newJob } from "#core/jobs";
import { type Page, type PageRequest, toPage } from "#core/pages";
import { sha256Stream } from "#core/tokens";
import type { Caller } from "#domain/actors";
import {
  newSubscriberImport,
  type SubscriberImport,
  toSubscriberImport,
} from "#domain/subscriber-imports";
import { importSubscribersKind } from "#domain/task-kinds";
import { storeStream } from "#repository/files";
import {
  insertSubscriberImport,
  selectSubscriberImport,
  selectSubscriberImports,
} from "#repository/subscriber-imports";
import { selectNewslettersNamed } from "#repository/subscriptions";
import { ask, type Decision, perform } from "#service/perform";

import { refuseUnknown } from "./sign-up";

/** The most that one list may hold, in bytes: what Cloudflare takes in one request. */
export const LIST_LIMIT = 100_000_000;

export interface Terms {
  /** On whose word all of them want mail. */
  readonly attestation: string;
  /** Slugs or ids, where no column says what each of them gets; null for those that everybody gets. */
  readonly newsletters: readonly string[] | null;
  readonly labels: readonly string[];
}

/**
 * Stores a list as it comes and orders that it be taken in.
 *
 * @param stream CSV.
 * @throws {BodyTooLarge} 41300, {@link ReferenceUnknown} 42204
 */
export async function startSubscriberImport(
  context: Context,
  caller: Caller,
  terms: Terms,
  stream: ReadableStream<Uint8Array>,
): Promise<SubscriberImport> {
  const { db, files } = context;
  const id = newId();
  const objectKey = `imports/subscribers-${id}.csv`;
  // A stream can be read once, and a decision may have to be taken again.
  let storing: ReturnType<typeof storeStream> | undefined;
  const started = await perform(context, caller, {
    permission: "subscribers:write",
    digest: async () => {
      const stored = await storing;
      if (stored && "sha256" in stored) return stored.sha256;
      const { stream: hash, digest } = sha256Stream();
      await stream.pipeTo(hash);
      return digest;
    },
    load: () => [selectNewslettersNamed(db, terms.newsletters)],
    decide: async ({ userId: createdBy }, [newsletters]) => {
      refuseUnknown(terms.newsletters, newsletters);
      storing ??= storeStream(files, objectKey, stream, LIST_LIMIT);
      const stored = await storing;
      if ("tooLarge" in stored) throw new BodyTooLarge(LIST_LIMIT);
      const newsletterIds = newsletters.map((newsletter) => newsletter.id);
      const { attestation, labels } = terms;
      const { size } = stored;
      return starting(context, {
        id,
        createdBy,
        objectKey,
        size,
        attestation,
        labels,
        newsletterIds,
      });
    },
  });
  // The same request came twice at once, and the other was faster.
  if (storing && started.id !== id) await files.delete(objectKey);
  return started;
}

type Order = Pick<
  SubscriberImport,
  "id" | "createdBy" | "objectKey" | "size" | "attestation" | "newsletterIds"
> &
  Pick<Terms, "labels">;

function starting({ db, requestId }: Context, order: Order): Decision<SubscriberImport> {
  const { id, createdBy } = order;
  const job = newJob(importSubscribersKind, { importId: id }, { createdBy, requestId });
  const row = { ...order, createdAt: now(), jobId: job.id, labels: [...order.labels] };
  const entity = "subscriber_import";
  return {
    result: newSubscriberImport(row),
    statements: [insertSubscriberImport(db, row)],
    jobs: [job],
    audit: [{ action: `${entity}.start`, entity, entityId: id, version: null }],
  };
}

/** A page of imports, newest first. */
export async function listSubscriberImports(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<SubscriberImport>> {
  const { loaded } = await ask(context, caller, "subscribers:read", [
    selectSubscriberImports(context.db, page),
  ]);
  const imports = loaded[0].map(toSubscriberImport);
  return toPage(imports, page, ({ createdAt, id }) => [createdAt, id]);
}

/** @throws {SubscriberImportNotFound} 40421 */
export async function readSubscriberImport(
  context: Context,
  caller: Caller,
  id: string,
): Promise<SubscriberImport> {
  const { loaded } = await ask(context, caller, "subscribers:read", [
    selectSubscriberImport(context.db, id),
  ]);
  const [found] = loaded[0];
  if (!found) throw new SubscriberImportNotFound();
  return toSubscriberImport(found);
}
