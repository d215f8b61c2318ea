import { parseArgs } from "node:util";

import { LocalFailure, oneLine } from "./failure.ts";

/** What `npm run dev` was asked for. */
export interface DevOptions {
  readonly port: number;
  /** The data folder as it was written: relative to the checkout, or absolute. */
  readonly data: string;
  /** No owner and no demo publication: whoever signs up first becomes the owner. */
  readonly empty: boolean;
  readonly help: boolean;
}

export const usage = `Runs Imprint on this machine.

  npm run dev -- [options]

  --port N     the port of the API (8787)
  --data DIR   the folder that keeps everything (.data)
  --empty      start without demo content; the first sign-up becomes the owner
  --help       show this

DATABASE_URL=postgres://… in the environment uses that database instead of the embedded one.
`;

/**
 * Reads the command line.
 *
 * @throws LocalFailure naming the option that is unknown or wrong.
 */
export function readOptions(args: readonly string[]): DevOptions {
  const { values } = parse(args);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new LocalFailure(`--port ${values.port} is not a port number`);
  }
  if (values.data === "") throw new LocalFailure("--data needs a folder");
  return { port, data: values.data, empty: values.empty, help: values.help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "8787" },
        data: { type: "string", default: ".data" },
        empty: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new LocalFailure(`${oneLine(error).split(". ")[0]}; --help shows what there is`);
  }
}
