import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { Pool } from "pg";

import type { Server } from "./database.ts";
import { Files } from "./far/files.ts";
import { HookReceivers } from "./far/hooks.ts";
import { MailProvider } from "./far/mail.ts";
import { type Handed, Queues } from "./far/queues.ts";
import { type FarServer, serveFarEnds } from "./far/server.ts";
import { Faults } from "./faults.ts";
import type { Random } from "./random.ts";
import { startWorkerd, type Workerd } from "./workerd.ts";

const SETUP_TOKEN = "the setup token of the harness";
export const APP_SECRET = "a secret of the harness that nothing else uses";

export interface WorldOptions {
  /** Also the name of its database. */
  readonly name: string;
  readonly server: Server;
  /** The folder of the bundle. */
  readonly bundle: string;
  readonly random: Random;
  /** How many workers run side by side. */
  readonly workers: number;
  /** How many isolates each of them has; all but the first are only asked by name. */
  readonly isolates?: number;
  readonly tickMs: number;
  /** By how much times are divided. */
  readonly scale: number;
  readonly vars?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/** One deployment and everything around it, with a hand on every switch. */
export class World {
  readonly faults = new Faults();
  readonly files = new Files();
  readonly queues: Queues;
  readonly mail: MailProvider;
  readonly hooks: HookReceivers;
  readonly random: Random;
  readonly options: WorldOptions;
  /** The owner's session. */
  token = "";
  newsletterId = "";
  /** Whether nobody ticks but who asks for it. */
  readonly isResting: boolean;
  kills = 0;
  freezes = 0;
  readonly #key = randomUUID();
  readonly #workers: (Workerd | null)[] = [];
  readonly #starting = new Map<number, Promise<void>>();
  #far: FarServer | undefined;
  #ticking: NodeJS.Timeout | undefined;

  private constructor(options: WorldOptions) {
    this.options = options;
    this.isResting = options.tickMs > 60_000;
    this.random = options.random;
    this.mail = new MailProvider(options.random.fork("mail"));
    this.hooks = new HookReceivers(options.random.fork("hooks"));
    this.queues = new Queues((handed) => this.#handOver(handed), options.random.fork("queues"));
  }

  /** Starts everything and signs the owner up. */
  static async start(options: WorldOptions): Promise<World> {
    const world = new World(options);
    await options.server.create(options.name);
    const { faults, queues, files, mail, hooks } = world;
    world.#far = await serveFarEnds({
      faults,
      pool: () => world.pool(),
      queues,
      files,
      mail,
      hooks,
    });
    faults.onCrash = () => void world.killAll();
    for (let index = 0; index < options.workers; index += 1) await world.revive(index);
    world.token = await world.#signUp();
    world.#ticking = setInterval(() => void world.tick().catch(() => {}), options.tickMs);
    return world;
  }

  get origin(): string {
    return this.#far?.origin ?? "";
  }

  pool(): Promise<Pool> {
    return this.options.server.pool(this.options.name);
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await (await this.pool()).query(text, [...values]);
    return rows;
  }

  /** One that is up, by chance. @throws {Error} when none is. */
  worker(random: Random = this.random): Workerd {
    const alive = this.#workers.filter((worker) => worker?.isAlive === true);
    const worker = alive[random.between(0, alive.length - 1)];
    if (!worker) throw new Error("no worker is up");
    return worker;
  }

  /** Waits until one is up. */
  async someWorker(random: Random = this.random): Promise<Workerd> {
    for (let waited = 0; waited < 1000; waited += 1) {
      if (this.upCount > 0) return this.worker(random);
      await sleep(10);
    }
    return this.worker(random);
  }

  get upCount(): number {
    return this.#workers.filter((worker) => worker?.isAlive === true).length;
  }

  /** Of every isolate of every worker that is up. */
  get origins(): readonly string[] {
    return this.#workers.flatMap((worker) => (worker?.isAlive === true ? worker.origins : []));
  }

  at(index: number): Workerd | null {
    return this.#workers[index] ?? null;
  }

  /** Starts the worker in this place, when there is none. */
  async revive(index: number): Promise<void> {
    const starting = this.#starting.get(index) ?? this.#start(index);
    this.#starting.set(index, starting);
    await starting.finally(() => this.#starting.delete(index));
  }

  async #start(index: number): Promise<void> {
    if (this.#workers[index]?.isAlive === true) return;
    const { name, server, bundle, scale, vars = {}, onLine = () => {} } = this.options;
    this.#workers[index] = await startWorkerd({
      bundle,
      isolates: this.options.isolates ?? 1,
      name: `${name}-${index}`,
      onLine,
      vars: {
        DATABASE_URL: server.url(name),
        NEON_ENDPOINT: `${this.origin}/sql`,
        APP_SECRET,
        SETUP_TOKEN,
        MAIL_OUTBOX_URL: `${this.origin}/mail`,
        MAIL_OUTBOX_SAFETY: "key",
        // Longer than the provider ever takes (far/mail.ts), as in production: what is searched for too early is not there yet.
        MAIL_SETTLE_SECONDS: "4",
        WEBHOOKS_TO_LOOPBACK: "allow",
        LOG_LEVEL: "warn",
        CHAOS_ORIGIN: this.origin,
        CHAOS_KEY: this.#key,
        CHAOS_SCALE: String(scale),
        ...vars,
      },
    });
  }

  async kill(index: number): Promise<void> {
    const worker = this.#workers[index];
    if (!worker) return;
    this.kills += 1;
    await worker.kill();
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#workers.map((_worker, index) => this.kill(index)));
  }

  async reviveAll(): Promise<void> {
    await Promise.all(this.#workers.map((_worker, index) => this.revive(index)));
  }

  /** What cron does every minute. */
  async tick(): Promise<void> {
    await this.#knock("scheduled", {});
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    this.queues.stop();
    await Promise.all(this.#workers.map(async (worker) => worker?.kill()));
    await this.#far?.stop();
  }

  async #handOver(handed: Handed): Promise<readonly { id: string; delaySeconds: number }[]> {
    const response = await this.#knock("queue", handed);
    const answer: unknown = await response.json();
    return (answer as { again: { id: string; delaySeconds: number }[] }).again;
  }

  async #knock(door: string, body: unknown): Promise<Response> {
    const response = await fetch(`${this.worker().origin}/chaos-door/${door}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-chaos-key": this.#key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok) throw new Error(`${door}: ${response.status} ${await response.text()}`);
    return response;
  }

  async #signUp(): Promise<string> {
    const response = await fetch(`${this.worker().origin}/v1/auth/signup`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        name: "Owner",
        email: "owner@chaos.example",
        password: "the password of the harness",
        setup_token: SETUP_TOKEN,
      }),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`signing up: ${response.status} ${answer}`);
    return (JSON.parse(answer) as { session: { token: string } }).session.token;
  }
}
