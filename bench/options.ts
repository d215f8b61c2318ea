import { parseArgs } from "node:util";

import { LocalFailure, oneLine } from "#local/failure";

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** The sections to run; all of them when empty. */
  readonly names: readonly string[];
  /** Fewer and shorter rounds: enough to see that everything runs, not enough to quote. */
  readonly quick: boolean;
  /** Puts the figures into `docs/benchmarks.md`. */
  readonly write: boolean;
  readonly help: boolean;
}

export const usage = (sections: readonly string[]): string => `Measures Imprint against baselines.

  npm run bench -- [options] [section …]

  --quick    fewer and shorter rounds; a look, not figures to quote
  --write    put the figures into docs/benchmarks.md (a whole run, not a quick one)
  --help     show this

Sections: ${sections.join(", ")}.
`;

/**
 * Reads the command line.
 *
 * @throws LocalFailure naming what is unknown or does not go together.
 */
export function readOptions(args: readonly string[], sections: readonly string[]): BenchOptions {
  const { values, positionals } = parse(args);
  const unknown = positionals.find((name) => !sections.includes(name));
  if (unknown !== undefined) {
    throw new LocalFailure(`there is no section ${unknown}; there are ${sections.join(", ")}`);
  }
  if (values.write && (values.quick || positionals.length > 0)) {
    throw new LocalFailure("--write takes a whole run: no sections, no --quick");
  }
  return { names: positionals, ...values };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new LocalFailure(`${oneLine(error).split(". ")[0]}; --help shows what there is`);
  }
}
