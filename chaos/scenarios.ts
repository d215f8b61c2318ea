import { makeWebhooks } from "./load/hooks.ts";
import type { Habit } from "./load/load.ts";
import { uploader } from "./load/media.ts";
import { planner } from "./load/plans.ts";
import { publisher } from "./load/posts.ts";
import { makeNewsletter, makeReaders, sender, subscriber } from "./load/readers.ts";
import { importer, inviter, reporter } from "./load/work.ts";
import type { World } from "./world.ts";

/** One thing that somebody does, with all the work behind it. */
export interface Scenario {
  readonly name: string;
  readonly prepare?: (world: World) => Promise<void>;
  readonly errand: Habit["errand"];
}

/** Every path that leaves something behind which nobody waits for; those that take longest first. */
export const scenarios: readonly Scenario[] = [
  {
    name: "send",
    async prepare(world) {
      await makeNewsletter(world, "The letter");
      await makeReaders(world, 120);
    },
    errand: sender.errand,
  },
  { name: "media", errand: uploader.errand },
  { name: "schedule", errand: planner.errand },
  { name: "webhook", prepare: (world) => makeWebhooks(world, 2), errand: publisher.errand },
  { name: "report", errand: reporter.errand },
  {
    name: "signup",
    prepare: async (world) => void (await makeNewsletter(world, "The letter")),
    errand: subscriber.errand,
  },
  { name: "import", errand: importer.errand },
  { name: "publish", errand: publisher.errand },
  { name: "invite", errand: inviter.errand },
];
