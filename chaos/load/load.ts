import { setTimeout as sleep } from "node:timers/promises";

import type { Random } from "#chaos/random";
import type { World } from "#chaos/world";

import { createStory, type Story } from "./client.ts";

/** What somebody does over and over; once is one errand, finished before it settles. */
export interface Habit {
  readonly name: string;
  /** How many do it at once, and how long each rests in between. */
  readonly clients: number;
  readonly restMs: number;
  readonly errand: (errand: Errand) => Promise<void>;
}

export interface Errand {
  readonly world: World;
  readonly story: Story;
  readonly random: Random;
  /** Tells it from every other errand of the world. */
  readonly mark: string;
}

/** Clients at work. */
export class Load {
  readonly story: Story = createStory();
  readonly done = new Map<string, number>();
  /** What went wrong for clients: an answer that nobody may give. */
  readonly complaints: string[] = [];
  #isOver = false;
  readonly #clients: Promise<void>[] = [];

  constructor(world: World, habits: readonly Habit[], random: Random) {
    for (const habit of habits) {
      for (let number = 1; number <= habit.clients; number += 1) {
        const name = `${habit.name}-${number}`;
        this.#clients.push(this.#live(world, habit, name, random.fork(name)));
      }
    }
  }

  /** Lets everybody finish what they began. Everything should work again by then. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  async #live(world: World, habit: Habit, name: string, random: Random): Promise<void> {
    for (let turn = 1; !this.#isOver; turn += 1) {
      const mark = `${world.options.name}-${name}-${turn}-${random.between(1e6, 9e6)}`.replaceAll(
        "_",
        "-",
      );
      try {
        await habit.errand({ world, story: this.story, random, mark });
        this.done.set(habit.name, (this.done.get(habit.name) ?? 0) + 1);
      } catch (error) {
        this.complaints.push(`${mark}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await sleep(random.between(1, habit.restMs));
    }
  }
}
