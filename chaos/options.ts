import { parseArgs } from "node:util";

import { LocalFailure, oneLine } from "#local/failure";

export const sectionNames = ["kills", "anomalies", "send", "outage", "cache", "controls"] as const;
export type SectionName = (typeof sectionNames)[number];

/** What `npm run chaos` was asked for. */
export interface ChaosOptions {
  readonly only: readonly SectionName[];
  readonly seed: number;
  readonly isLong: boolean;
  /** How many workers are killed. */
  readonly kills: number;
  /** How many readers the send has. */
  readonly recipients: number;
  /** How many changes are made while readers read. */
  readonly interleavings: number;
  /** Of the anomalies: one scenario, one operation, one way to fail. */
  readonly scenario: string | null;
  readonly at: number | null;
  readonly help: boolean;
}

export const usage = `Breaks Imprint in every way that is known, and looks whether anything was lost or done twice.

  npm run chaos -- [options]

  --long            1,000 kills, a send to 100,000 readers, longer outages, 10,000 interleavings
  --only a,b        sections: ${sectionNames.join(", ")}
  --seed N          chance as in an earlier run
  --kills N         how many workers are killed
  --recipients N    how many readers the send has
  --interleavings N how many changes are made while readers read from every cache
  --scenario NAME   of the anomalies, this one alone
  --at N            and of that, only its Nth operation
  --help            show this
`;

/**
 * Reads the command line.
 *
 * @throws LocalFailure naming what is unknown.
 */
export function readOptions(args: readonly string[]): ChaosOptions {
  const values = parse(args);
  const only = (values.only ?? sectionNames.join(",")).split(",");
  const unknown = only.find((name) => !sectionNames.some((known) => known === name));
  if (unknown !== undefined) {
    throw new LocalFailure(`there is no section ${unknown}; there are ${sectionNames.join(", ")}`);
  }
  const isLong = values.long;
  return {
    only: sectionNames.filter((name) => only.includes(name)),
    isLong,
    seed: count("seed", values.seed) ?? Math.floor(Math.random() * 1e9),
    kills: count("kills", values.kills) ?? (isLong ? 1000 : 100),
    recipients: count("recipients", values.recipients) ?? (isLong ? 100_000 : 4000),
    interleavings: count("interleavings", values.interleavings) ?? (isLong ? 10_000 : 600),
    scenario: values.scenario ?? null,
    at: count("at", values.at),
    help: values.help,
  };
}

function count(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw new LocalFailure(`--${name} takes a whole number, not ${text}`);
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        long: { type: "boolean", default: false },
        only: { type: "string" },
        seed: { type: "string" },
        kills: { type: "string" },
        recipients: { type: "string" },
        interleavings: { type: "string" },
        scenario: { type: "string" },
        at: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new LocalFailure(`${oneLine(error).split(". ")[0]}; --help shows what there is`);
  }
}
