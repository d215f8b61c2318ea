import {
  Contended,
  CredentialsInvalid,
  CredentialsMissing,
  IdempotencyKeyReused,
  PermissionDenied,
  PublishableKeyRefused,
  ScopeMissing,
  SessionRequired,
} from "#api/exceptions";
import type { Context } from "#core/context";
import { type Database, duplicateOf, sendTogether, type Statement } from "#core/db";
import { type NewJob, newJob } from "#core/jobs";
import { ring } from "#core/jobs/doorbells";
import { sha256 } from "#core/tokens";
import type { Actor, Caller, RepeatGuard } from "#domain/actors";
import type { NewEvent } from "#domain/events";
import { type Permission, refusalOf } from "#domain/permissions";
import { purgesOf } from "#domain/purges";
import { announceEventKind } from "#domain/task-kinds";
import {
  ACTOR_CHANGED,
  type ActorRow,
  requireActor,
  selectActor,
  touchSession,
} from "#repository/actors";
import { insertAuditEntries, type NewAuditEntry } from "#repository/audit";
import { insertEvent } from "#repository/events";
import { abortReasonOf } from "#repository/guards";
import { insertJob } from "#repository/jobs";
import { insertReceipt, selectReceipts } from "#repository/receipts";

/** What statements answer with, in their order. */
export type Answers<Statements extends readonly Statement[]> = {
  -readonly [Index in keyof Statements]: Statements[Index]["_"]["result"];
};

/** A change, decided but not yet made: everything that must be saved together. */
export interface Decision<Result> {
  /** What the caller is told. It is also kept as the answer to a repeated request, so it is plain data. */
  readonly result: Result;
  /** What is kept for repeats instead of `result`, when that holds a secret. */
  readonly remembered?: Result;
  readonly statements: readonly Statement[];
  readonly audit: readonly AuditNote[];
  readonly jobs?: readonly NewJob[];
  /** What others are told of it. */
  readonly events?: readonly NewEvent[];
}

export type AuditNote = Pick<NewAuditEntry, "action" | "entity" | "entityId"> & {
  /** The version that this change makes; null for things without versions. */
  readonly version: number | null;
  readonly changes?: Record<string, unknown>;
};

export interface Change<Loaded extends readonly Statement[], Result> {
  readonly permission: Permission;
  /** Digest of what the request streams in, which a repeat must agree in and its guard has not read. */
  readonly digest?: () => Promise<string>;
  /** What must be known to decide. */
  readonly load: (db: Database) => Loaded;
  /**
   * Decides, by what was loaded. Called again, with fresh answers and a higher `attempt`, when somebody
   * else was faster: so whatever can collide must be looked up in `load` and refused here. Whoever was
   * suspended meanwhile, signed out or given another role is looked at afresh as well.
   */
  readonly decide: (
    actor: Actor,
    loaded: Answers<Loaded>,
    attempt: number,
  ) => Decision<Result> | Promise<Decision<Result>>;
}

const ATTEMPTS = 5;

/**
 * The way anything is changed: look, decide, save. Two round trips: the first asks who the caller is,
 * whether this very request was answered before, and what `load` wants to know; the second saves the
 * whole decision, with its jobs, its audit entries and the receipt, or nothing of it.
 *
 * @throws {CredentialsMissing} 40100, {@link CredentialsInvalid} 40101
 * @throws {PermissionDenied} 40300, {@link SessionRequired} 40302, {@link ScopeMissing} 40303
 * @throws {IdempotencyKeyReused} 42201 when the key came with another request before.
 * @throws {Contended} 40900 when others were faster again and again.
 * @throws whatever `decide` throws.
 */
export async function perform<const Loaded extends readonly Statement[], Result>(
  context: Context,
  caller: Caller,
  change: Change<Loaded, Result>,
): Promise<Result> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const asked = await ask(context, caller, change.permission, change.load(context.db));
    const { actor, loaded } = asked;
    const receipt = asked.receipts.find(({ principal }) => principal === principalOf(actor));
    if (caller.repeat && receipt) return (await repeated(caller.repeat, receipt, change)) as Result;
    const decision = await change.decide(actor, loaded, attempt);
    const guards = [
      ...(caller.credential ? [requireActor(context.db, caller.credential, actor.role)] : []),
      ...(caller.repeat
        ? await keepAnswer(context, caller.repeat, change, { actor, decision })
        : []),
    ];
    try {
      await save(context, actor, decision, guards);
      return decision.result;
    } catch (error) {
      if (duplicateOf(error) === undefined && abortReasonOf(error) !== ACTOR_CHANGED) throw error;
    }
  }
  throw new Contended();
}

/** One round trip: who is asking, and what `statements` answer. Nobody is a stranger afterwards. */
export async function ask<const Statements extends readonly Statement[]>(
  context: Context,
  caller: Caller,
  permission: Permission,
  statements: Statements,
): Promise<{ actor: Actor; loaded: Answers<Statements>; receipts: readonly Receipt[] }> {
  if (!caller.credential) throw new CredentialsMissing();
  if (caller.credential.kind === "publishable_key") throw new PublishableKeyRefused();
  const { actor, loaded, receipts } = await look(context, caller, statements);
  if (!actor) throw new CredentialsInvalid();
  authorize(actor, permission);
  return { actor, loaded, receipts };
}

/** One round trip for a route that strangers may use too. A credential that is wrong is still refused. */
export async function look<const Statements extends readonly Statement[]>(
  context: Context,
  { credential, repeat }: Pick<Caller, "credential" | "repeat">,
  statements: Statements,
): Promise<{ actor: Actor | null; loaded: Answers<Statements>; receipts: readonly Receipt[] }> {
  const who = credential ? [selectActor(context.db, credential)] : [];
  // Receipts come last. Each statement of a batch sees what was saved before it: whatever the others saw
  // of the same request, made at the same time, its receipt is then seen as well.
  const before = repeat ? [selectReceipts(context.db, repeat.route, repeat.key)] : [];
  const answers = await sendTogether(context.db, [...who, ...statements, ...before]);
  const loaded = answers.slice(who.length, who.length + statements.length) as Answers<Statements>;
  const receipts = repeat ? (answers.at(-1) as Receipt[]) : [];
  if (!credential) return { actor: null, loaded, receipts };

  const [row] = answers[0] as ActorRow[];
  if (!row) throw new CredentialsInvalid();
  if (row.isStale && row.sessionId)
    context.later(touchSession(context.db, row.sessionId).execute());
  return { actor: credential.kind === "publishable_key" ? null : toActor(row), loaded, receipts };
}

type Receipt = Awaited<ReturnType<typeof selectReceipts>>[number];

const toActor = ({ userId, role, sessionId, keyId, scopes, ...named }: ActorRow): Actor => ({
  userId,
  role,
  byline: {
    id: userId,
    slug: named.slug,
    name: named.name,
    avatarUrl: named.avatarUrl,
    avatar: named.avatar,
  },
  sessionId,
  key: keyId === null ? null : { id: keyId, scopes },
});

/** @throws {PermissionDenied} 40300, {@link SessionRequired} 40302, {@link ScopeMissing} 40303 */
function authorize(actor: Actor, permission: Permission): void {
  const refusal = refusalOf(actor, permission);
  if (refusal === "key") throw new SessionRequired();
  if (refusal === "role") throw new PermissionDenied(permission);
  if (refusal === "scope") throw new ScopeMissing(permission);
}

const principalOf = ({ userId, key }: Actor): string => (key ? `key:${key.id}` : `user:${userId}`);

type Streamed = Pick<Change<[], unknown>, "digest">;

/** Digest of everything the answer depends on. */
const wholeOf = async ({ fingerprint }: RepeatGuard, { digest }: Streamed): Promise<string> =>
  digest ? sha256(`${fingerprint}\n${await digest()}`) : fingerprint;

/** The answer that was given before. @throws {IdempotencyKeyReused} 42201 */
async function repeated(
  repeat: RepeatGuard,
  { fingerprint, result }: Receipt,
  change: Streamed,
): Promise<unknown> {
  if (fingerprint !== (await wholeOf(repeat, change))) throw new IdempotencyKeyReused();
  repeat.replayed = true;
  return result;
}

async function keepAnswer(
  { db }: Context,
  repeat: RepeatGuard,
  change: Streamed,
  { actor, decision }: { actor: Actor; decision: Decision<unknown> },
): Promise<readonly Statement[]> {
  const { result, remembered = result } = decision;
  const { route, key } = repeat;
  const fingerprint = await wholeOf(repeat, change);
  return insertReceipt(db, {
    route,
    key,
    fingerprint,
    principal: principalOf(actor),
    result: remembered,
  });
}

async function save<Result>(
  context: Context,
  actor: Actor,
  decision: Decision<Result>,
  guards: readonly Statement[],
): Promise<void> {
  const { db, requestId } = context;
  const events = decision.events ?? [];
  const announcements = events.map(({ id }) =>
    newJob(announceEventKind, { eventId: id }, { requestId }),
  );
  const purges = purgesOf(context.settings, events, decision.audit);
  const jobs = [...(decision.jobs ?? []), ...announcements, ...purges];
  const audit = decision.audit.map((note) => ({
    ...note,
    actorId: actor.userId,
    keyId: actor.key?.id ?? null,
    requestId,
  }));
  const [firstEntry, ...otherEntries] = audit;
  // Jobs go first: what a change writes may refer to the job that goes on with it.
  await sendTogether(db, [
    ...guards,
    ...jobs.map((job) => insertJob(db, job)),
    ...decision.statements,
    ...events.map((event) => insertEvent(db, event)),
    ...(firstEntry ? [insertAuditEntries(db, [firstEntry, ...otherEntries])] : []),
  ]);
  if (jobs.length > 0) context.later(ring(context, jobs));
}
