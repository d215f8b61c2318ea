import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { copyAssets } from "./assets.ts";
import { banner } from "./banner.ts";
import { startCron } from "./cron.ts";
import { DataFolder } from "./data-folder.ts";
import type { Owner } from "./data-folder.ts";
import { openEmbedded, openNeon, openServer } from "./database.ts";
import type { Database } from "./database.ts";
import { demoSlug, publishDemo, signIn, signUp } from "./demo.ts";
import { LocalFailure, oneLine } from "./failure.ts";
import { serve } from "./http.ts";
import type { LocalServer } from "./http.ts";
import { migrationsFolder } from "./migrate.ts";
import { migrate } from "./migrations.ts";
import { createNeonEndpoint } from "./neon-endpoint.ts";
import { connect, isNeon } from "./neon.ts";
import type { Sql } from "./neon.ts";
import { readOptions, usage } from "./options.ts";
import type { DevOptions } from "./options.ts";
import { createOutbox } from "./outbox.ts";
import { requirePort } from "./port.ts";
import { startWorker } from "./worker.ts";

const config = resolve(import.meta.dirname, "../wrangler.toml");

const say = (line: string): void => console.log(line);

/** On one's own machine webhooks may call that machine. */
const localVars = {
  ENVIRONMENT: "local",
  WEBHOOKS_TO_LOOPBACK: "allow",
  // The platform's cache does not exist here.
  EDGE_CACHE: "worker",
};

/** What has been started, in the order of its start. */
const running: (() => Promise<void>)[] = [];

async function stopAll(): Promise<void> {
  for (const stop of running.splice(0).toReversed()) {
    await stop().catch((error: unknown) => console.error(`imprint: ${oneLine(error)}`));
  }
}

let ending = false;

/** Ends this process in good order. */
async function end(code: number): Promise<void> {
  ending = true;
  await stopAll();
  process.exit(code);
}

/** Says in one line why this process ends. What breaks while everything is being stopped is no news. */
function fail(error: unknown): void {
  if (ending) return;
  console.error(`imprint: ${oneLine(error)}`);
  void end(1);
}

/** The first wish to end is done properly; the second does not want to wait for that. */
function onSignal(): void {
  if (ending) process.exit(130);
  void end(0);
}

async function start(options: DevOptions): Promise<void> {
  const folder = new DataFolder(options.data);
  await folder.claim();
  running.push(() => folder.release());
  await requirePort(options.port);
  const secrets = await folder.secrets();
  const database = await openDatabase(folder);
  const server = await openServices(database, folder, options.port + 1);
  const endpoint = database.poolFor && `${server.origin}/sql`;
  const sql = connect(database.url, endpoint);
  const applied = await migrate(sql, migrationsFolder);
  if (applied.length > 0)
    say(`Applied ${applied.length} ${applied.length === 1 ? "migration" : "migrations"}.`);
  await copyAssets();

  const api = `http://localhost:${options.port}`;
  const mail = `${server.origin}/mail`;
  const vars = { ...localVars, SITE_URL: api, MAIL_OUTBOX_URL: mail };
  const worker = await startWorker(
    {
      config,
      port: options.port,
      persist: folder.file("worker"),
      vars: endpoint === null ? vars : { ...vars, NEON_ENDPOINT: endpoint },
      secrets: { DATABASE_URL: database.url, ...secrets },
    },
    (group) => folder.record(group),
  );
  running.push(() => worker.stop());
  await healthy(api);

  const owner = await prepare({ options, folder, database, sql, api });
  const stopCron = await startCron(api, config);
  running.push(() => Promise.resolve(stopCron()));
  worker.talk();
  void worker.closed.then(() => fail(new LocalFailure("the worker ended by itself")));
  void database.lost.then(() => fail(new LocalFailure("the database ended by itself")));
  say(
    banner({
      api,
      mail,
      database: database.description,
      data: folder.shown(),
      owner: owner && { email: owner.email, file: folder.shown("owner.json") },
      unclaimed: (await sql`select 1 from users limit 1`).length === 0,
      slug: (await exists(sql, "posts", "slug", demoSlug)) ? demoSlug : null,
    }),
  );
}

async function openDatabase(folder: DataFolder): Promise<Database> {
  const url = process.env["DATABASE_URL"] ?? "";
  if (url !== "" && !/^postgres(ql)?:\/\//u.test(url)) {
    throw new LocalFailure("DATABASE_URL must begin with postgres://");
  }
  if (url === "") say("Starting PostgreSQL …");
  const database =
    url === ""
      ? await openEmbedded(folder.file("postgres"), say)
      : await (isNeon(url) ? openNeon(url) : openServer(url));
  running.push(() => database.stop());
  return database;
}

async function openServices(
  database: Database,
  folder: DataFolder,
  port: number,
): Promise<LocalServer> {
  const outbox = createOutbox(folder.file("mail.jsonl"));
  const handlers = database.poolFor ? [createNeonEndpoint(database.poolFor), outbox] : [outbox];
  const server = await serve(handlers, port);
  running.push(() => server.stop());
  return server;
}

async function healthy(api: string): Promise<void> {
  let answer = "nothing";
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const response = await fetch(`${api}/health`).catch(() => null);
    if (response?.ok) return;
    if (response) answer = `${response.status} ${await response.text()}`;
    await sleep(100);
  }
  throw new LocalFailure(`the worker is up but not well: GET /health answers ${answer}`);
}

interface Publication {
  readonly options: DevOptions;
  readonly folder: DataFolder;
  readonly database: Database;
  readonly sql: Sql;
  readonly api: string;
}

/**
 * Makes the owner and the demo publication in an empty database, or what a first run that was cut short has
 * left to do. A database at Neon is somebody's production: nothing is put into it.
 */
async function prepare(publication: Publication): Promise<Owner | null> {
  const { options, folder, database, sql, api } = publication;
  const known = await folder.owner();
  const isOurs = known !== null && (await exists(sql, "users", "email", known.email));
  if (isOurs && !(await folder.isUnfinished())) return known;
  if (!isOurs && (options.empty || database.poolFor === null)) return null;
  if (!isOurs && (await sql`select 1 from users limit 1`).length > 0) return null;
  await folder.markUnfinished(true);
  say("Writing the demo publication …");
  const owner = await folder.makeOwner();
  const { SETUP_TOKEN } = await folder.secrets();
  const token = isOurs ? await signIn(api, owner) : await signUp(api, owner, SETUP_TOKEN);
  await publishDemo(api, token);
  await folder.markUnfinished(false);
  return owner;
}

async function exists(sql: Sql, table: string, column: string, value: string): Promise<boolean> {
  const rows = await sql.query(`select 1 from ${table} where ${column} = $1 limit 1`, [value]);
  return rows.length > 0;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) say(usage);
  else await start(options);
} catch (error) {
  fail(error);
}
