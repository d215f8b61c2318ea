import { createWriteStream, type WriteStream } from "node:fs";
import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { copyAssets } from "#local/assets";
import { isAlive, killGroup } from "#local/processes";

import { build, type Patch } from "./build.ts";
import { Server } from "./database.ts";
import type { Violation } from "./invariants/all.ts";
import type { ChaosOptions } from "./options.ts";
import type { Random } from "./random.ts";
import { World, type WorldOptions } from "./world.ts";

const prefix = "imprint-chaos-";

/** What sections run on: a database server, bundles, worlds; all of it is thrown away. */
export class Stage {
  readonly options: ChaosOptions;
  readonly random: Random;
  readonly #folder: string;
  readonly #log: WriteStream;
  readonly #bundles = new Map<string, Promise<string>>();
  readonly #worlds: World[] = [];
  readonly server: Server;

  private constructor(options: ChaosOptions, random: Random, folder: string, server: Server) {
    this.options = options;
    this.random = random;
    this.#folder = folder;
    this.server = server;
    this.#log = createWriteStream(join(tmpdir(), "imprint-chaos.log"));
  }

  static async open(options: ChaosOptions, random: Random): Promise<Stage> {
    await sweep();
    await copyAssets();
    const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
    return new Stage(options, random, folder, await Server.start(join(folder, "postgres")));
  }

  /** A worker's code; the real one without patches. */
  bundle(name = "real", patches: readonly Patch[] = []): Promise<string> {
    const known = this.#bundles.get(name);
    const made = known ?? build({ name, patches }, this.#folder);
    this.#bundles.set(name, made);
    return made;
  }

  /** A deployment of its own. What its workers log goes into a file in the temporary folder. */
  async world(
    options: Pick<WorldOptions, "name"> & Partial<Omit<WorldOptions, "server" | "onLine">>,
  ): Promise<World> {
    const world = await World.start({
      server: this.server,
      bundle: options.bundle ?? (await this.bundle()),
      random: this.random.fork(options.name),
      workers: 2,
      tickMs: 500,
      scale: 30,
      onLine: (line) => this.#log.write(`${options.name} ${line}\n`),
      ...options,
    });
    this.#worlds.push(world);
    return world;
  }

  async close(): Promise<void> {
    for (const world of this.#worlds) await world.stop().catch(() => {});
    await this.server.stop().catch(() => {});
    await removeDatabase(this.#folder);
    await rm(this.#folder, { recursive: true, force: true });
    this.#log.end();
  }
}

/** A section of a run: what it did, in figures, and everything that contradicts what must hold. */
export interface Findings {
  /** Tables and sentences. */
  readonly text: string;
  readonly violations: readonly Violation[];
  /** What to type to see the first violation again. */
  readonly replay?: string;
}

export type Section = (stage: Stage) => Promise<Findings>;

/** The folder of a database may be a link to where its server could reach it. */
async function removeDatabase(folder: string): Promise<void> {
  const data = await realpath(join(folder, "postgres")).catch(() => null);
  if (data !== null) await rm(data, { recursive: true, force: true });
}

/** Runs that were killed leave their server and its folder behind. */
async function sweep(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const folder = join(tmpdir(), name);
    if (!/^\d/u.test(name.slice(prefix.length))) continue;
    if (isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    const data = await realpath(join(folder, "postgres")).catch(() => folder);
    const lock = await readFile(join(data, "cluster", "postmaster.pid"), "utf8").catch(() => "");
    await killGroup(Number.parseInt(lock, 10), /postgres/u);
    await removeDatabase(folder);
    await rm(folder, { recursive: true, force: true });
  }
}
