import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

import { LocalFailure } from "./failure.ts";
import { commandOf, isAlive, killGroup } from "./processes.ts";

/** Whoever may sign in to the local publication, as the sign-in route takes it. */
export interface Owner {
  readonly email: string;
  readonly password: string;
}

/** What the worker is told and nobody else may know. */
export type Secrets = Readonly<Record<"APP_SECRET" | "SETUP_TOKEN", string>>;

interface Running {
  readonly pid: number;
  /** The process group of the worker; null before it has started. */
  readonly worker: number | null;
}

/** The folder that keeps everything which `npm run dev` leaves behind. */
export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** A file of the folder as it can be typed where the command was. */
  shown(name = ""): string {
    const path = relative(process.cwd(), this.file(name));
    return path.startsWith("..") || path === "" ? this.file(name) : path;
  }

  /**
   * Takes the folder for this process, and stops the worker that a killed predecessor left behind.
   *
   * @throws LocalFailure when another process has it, or it cannot be written to.
   */
  async claim(): Promise<void> {
    const running = await this.#read<Running>("running.json");
    if (running) {
      const other = running.pid !== process.pid && isAlive(running.pid);
      if (other && (await commandOf(running.pid))?.includes("dev.ts")) {
        throw new LocalFailure(
          `the data folder ${this.shown()} is in use by process ${running.pid}; choose another with --data`,
        );
      }
      if (running.worker !== null) await killGroup(running.worker, /workerd|worker-process/u);
    }
    await this.record(null);
  }

  /** Notes which processes belong to the folder, for whoever finds it after this one was killed. */
  async record(worker: number | null): Promise<void> {
    await this.#write("running.json", { pid: process.pid, worker } satisfies Running);
  }

  async release(): Promise<void> {
    await rm(this.file("running.json"), { force: true });
  }

  /** The secrets, made on the first run. */
  async secrets(): Promise<Secrets> {
    const kept = await this.#read<Secrets>("secrets.json");
    if (kept) return kept;
    const secrets = { APP_SECRET: random(32), SETUP_TOKEN: random(24) };
    await this.#write("secrets.json", secrets);
    return secrets;
  }

  /** The owner's sign-in, or null when this folder has made none. */
  owner(): Promise<Owner | null> {
    return this.#read<Owner>("owner.json");
  }

  async makeOwner(): Promise<Owner> {
    const kept = await this.owner();
    if (kept) return kept;
    const name = randomBytes(4).toString("hex");
    const owner = { email: `owner-${name}@imprint.example`, password: random(15) };
    await this.#write("owner.json", owner);
    return owner;
  }

  /** Whether a first run was cut short. */
  async isUnfinished(): Promise<boolean> {
    return (await this.#read("unfinished.json")) !== null;
  }

  async markUnfinished(unfinished: boolean): Promise<void> {
    if (unfinished) await this.#write("unfinished.json", { since: new Date().toISOString() });
    else await rm(this.file("unfinished.json"), { force: true });
  }

  async #read<Value>(name: string): Promise<Value | null> {
    const text = await readFile(this.file(name), "utf8").catch(() => null);
    if (text === null) return null;
    try {
      return JSON.parse(text);
    } catch {
      throw new LocalFailure(
        `${this.shown(name)} is not JSON; repair it, or move it out of the data folder: a new one is made, and all that was written is kept`,
      );
    }
  }

  async #write(name: string, value: unknown): Promise<void> {
    const draft = this.file(`${name}.new`);
    try {
      await makeFolder(this.path);
      await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
      await rename(draft, this.file(name));
    } catch {
      throw new LocalFailure(`the data folder ${this.shown()} cannot be written to`);
    }
  }
}

function random(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

/** Folder by folder from the top: where none can be made, as in /proc, Node's own recursion never ends. */
async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path);
  if (existsSync(path)) return;
  if (parent !== path) await makeFolder(parent);
  await mkdir(path);
}
