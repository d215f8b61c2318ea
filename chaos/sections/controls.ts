import { setTimeout as sleep } from "node:timers/promises";

import type { Patch } from "#chaos/build";
import { drain, heal } from "#chaos/drain";
import type { Plan } from "#chaos/faults";
import { findViolations, type Violation } from "#chaos/invariants/all";
import { createStory, type Story } from "#chaos/load/client";
import { leave, makeNewsletter, makeReaders, sender } from "#chaos/load/readers";
import { importer, inviter } from "#chaos/load/work";
import type { Random } from "#chaos/random";
import type { Section, Stage } from "#chaos/stage";
import { toTable } from "#chaos/tables";
import type { World } from "#chaos/world";

/** A safeguard that is taken out, and a mishap that only it stands against. */
interface Control {
  readonly name: string;
  readonly patches: readonly Patch[];
  readonly prepare?: (world: World) => Promise<void>;
  readonly mishap: (trial: Trial) => Promise<void>;
}

interface Trial {
  readonly world: World;
  readonly story: Story;
  readonly random: Random;
  readonly mark: string;
}

/** Strikes one operation: the first that fits. */
function once(
  fits: (port: string, what: string, index: number) => boolean,
  fate: ReturnType<Plan>,
): Plan {
  let isStruck = false;
  return ({ port, what }, index) => {
    if (isStruck || !fits(port, what, index)) return { harm: null };
    isStruck = true;
    return fate;
  };
}

const controls: readonly Control[] = [
  {
    name: "the fence of a lease",
    patches: [
      {
        file: "src/repository/jobs/store.ts",
        find: /exists\(select 1 from \$\{jobs\} where \$\{isHeld\(lease\)\} for update\)/u,
        put: "true",
      },
    ],
    // A worker reads for so long that its job is another's before it writes.
    async mishap(trial) {
      trial.world.faults.begin(
        once((port, what) => port === "files" && what.startsWith("get imports/"), {
          harm: null,
          holdMs: 6000,
        }),
      );
      await importer.errand(trial);
      await sleep(7000);
    },
  },
  {
    name: "the seal of a batch",
    patches: [
      {
        file: "src/repository/sends/batches.ts",
        find: /where claimed\.is_first and recipient/u,
        put: "where recipient",
      },
      {
        file: "src/repository/sends/batches.ts",
        find: /where not claimed\.is_first and send_id/u,
        put: "where false and send_id",
      },
    ],
    async prepare(world) {
      await makeNewsletter(world, "The letter");
      await makeReaders(world, 20);
    },
    // A worker dies behind the provider's yes, and somebody leaves before another takes the batch up.
    async mishap(trial) {
      const { world } = trial;
      world.faults.begin(once((port) => port === "mail", { harm: "crash" }));
      const sending = sender.errand(trial);
      const before = world.kills;
      while (world.kills === before) await sleep(10);
      await world.reviveAll();
      await leave(trial);
      await sending;
    },
  },
  {
    name: "the outbox",
    patches: [
      {
        file: "src/service/perform.ts",
        find: /\.\.\.jobs\.map\(\(job\) => insertJob\(db, job\)\),/u,
        put: "",
      },
      {
        file: "src/service/perform.ts",
        find: /if \(jobs\.length > 0\) context\.later/u,
        put: "for (const job of jobs) await insertJob(db, job);\n  if (jobs.length > 0) context.later",
      },
    ],
    // A worker dies behind the change and before whatever comes after it.
    async mishap(trial) {
      const { world } = trial;
      world.faults.begin(
        once((port, _what, index) => port === "database" && index === 2, { harm: "crash" }),
      );
      await inviter.errand(trial);
    },
  },
];

/** Takes each safeguard out and looks whether its absence is seen, every time; with it in place, nothing is. */
export const section: Section = async (stage) => {
  const runs = stage.options.isLong ? 5 : 2;
  const rows: (string | number)[][] = [];
  const violations: Violation[] = [];
  const tried = await Promise.all(
    controls.map(async (control, number) => ({
      control,
      found: await tryOften(stage, control, `control_${number}`, {
        runs,
        patches: control.patches,
      }),
      inPlace: await tryOften(stage, control, `intact_${number}`, { runs: 1, patches: [] }),
    })),
  );
  for (const { control, found, inPlace } of tried) {
    const seen = found.filter((each) => each.length > 0);
    const names = [...new Set(found.flat().map(({ invariant }) => invariant))].toSorted();
    const example = seen[0]?.[0]?.what.slice(0, 90) ?? "nothing";
    const intact = inPlace.flat();
    rows.push([control.name, runs, seen.length, names.join(", "), intact.length, example]);
    if (seen.length < runs) {
      const what = `without ${control.name}, ${runs - seen.length} of ${runs} runs looked well`;
      violations.push({ invariant: "control", what });
    }
    violations.push(...intact);
  }
  const heads = ["taken out", "runs", "detected", "by", "with it in place", "for example"];
  return { text: toTable(heads, rows), violations };
};

async function tryOften(
  stage: Stage,
  control: Control,
  name: string,
  { runs, patches }: { readonly runs: number; readonly patches: readonly Patch[] },
): Promise<readonly (readonly Violation[])[]> {
  const bundle = patches.length === 0 ? await stage.bundle() : await stage.bundle(name, patches);
  return Promise.all(
    Array.from({ length: runs }, async (_none, run) => {
      const world = await stage.world({ name: `${name}_${run}`, bundle, workers: 1 });
      const random = stage.random.fork(`${name} ${run}`);
      world.faults.onCrash = () => void world.killAll().then(() => world.reviveAll());
      await control.prepare?.(world);
      const story = createStory();
      const complaint = await control
        .mishap({ world, story, random, mark: `${name}-${run}`.replaceAll("_", "-") })
        .then(() => [])
        .catch((error: unknown) => [{ invariant: "client", what: String(error) }]);
      await heal(world);
      await drain(world, 15_000);
      const found = [...complaint, ...(await findViolations({ world, story }))];
      await world.stop();
      return found;
    }),
  );
}
