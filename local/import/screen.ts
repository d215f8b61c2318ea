import type { Writable } from "node:stream";

import cliProgress from "cli-progress";

/** Where a command writes: a terminal or anything else. */
export type Output = Writable & { readonly isTTY?: boolean };

/** Shows how far something is. */
export interface ProgressBar {
  /** @param fraction from 0 to 1. */
  show: (fraction: number, text: string) => void;
  stop: () => void;
}

/** A bar on a terminal; elsewhere a line for every new tenth or text. */
export function createBar(out: Output): ProgressBar {
  if (out.isTTY !== true) return createLines(out);
  const bar = new cliProgress.SingleBar({
    format: "{bar} {percentage} %  {text}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    clearOnComplete: true,
    stream: out,
  });
  let isStarted = false;
  return {
    show: (fraction, text) => {
      if (!isStarted) bar.start(100, 0, { text });
      isStarted = true;
      bar.update(Math.floor(fraction * 100), { text });
    },
    stop: () => {
      if (isStarted) bar.stop();
    },
  };
}

function createLines(out: Output): ProgressBar {
  let last = "";
  return {
    show: (fraction, text) => {
      const line = `${String(Math.floor(fraction * 10) * 10).padStart(3)} %  ${text}`;
      if (line !== last) out.write(`${line}\n`);
      last = line;
    },
    stop: () => undefined,
  };
}

/** Names on the left, figures on the right. */
export function toTable(rows: readonly (readonly [string, string | number])[]): string {
  const name = Math.max(...rows.map(([label]) => label.length));
  const figure = Math.max(...rows.map(([, value]) => String(value).length));
  return rows
    .map(([label, value]) => `  ${label.padEnd(name)}  ${String(value).padStart(figure)}\n`)
    .join("");
}
