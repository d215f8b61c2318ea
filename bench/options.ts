import { parseArgs } from "node:util";

import { LocalFailure, oneLine } from "#local/failure";

import type { PageName } from "./page.ts";
import type { Peer } from "./stage.ts";

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** The sections to run, in the order in which there are any. */
  readonly names: readonly string[];
  /** The pages of which all sections run. */
  readonly pages: readonly PageName[];
  /** Fewer and shorter rounds: enough to see that everything runs, not enough to quote. */
  readonly isQuick: boolean;
  readonly peers: readonly Peer[];
  /** How many posts a large publication has. */
  readonly posts: number;
  /** Puts the figures into those pages. */
  readonly isWritten: boolean;
  readonly isHelp: boolean;
}

const MILLION = 1_000_000;
const QUICK_POSTS = 20_000;

/** The sections there are, by the page they belong to. */
export type Contents = Readonly<Record<PageName, readonly string[]>>;

const pageNames = ["performance", "benchmarks"] as const satisfies readonly PageName[];

export const usage = (contents: Contents): string => `Measures Imprint against baselines.

  npm run bench -- [options] [page or section …]

  --quick          fewer and shorter rounds; a look, not figures to quote
  --peer name=url  another server, asked for the list of posts at that address and measured beside
                   Imprint; the same name once more gives the address of a post. Any number of times
  --posts N        posts of the large publication, 1,000,000 if not said (with --quick 20,000)
  --write          put the figures into docs/ (whole pages, not a quick run)
  --help           show this

Pages and their sections:
${pageNames.map((page) => `  ${page}: ${contents[page].join(", ")}`).join("\n")}
`;

/**
 * Reads the command line.
 *
 * @throws LocalFailure naming what is unknown or does not go together.
 */
export function readOptions(args: readonly string[], contents: Contents): BenchOptions {
  const { values, positionals } = parse(args);
  const sections = pageNames.flatMap((page) => contents[page]);
  const unknown = positionals.find((name) => !isPage(name) && !sections.includes(name));
  if (unknown !== undefined) {
    throw new LocalFailure(`there is no section ${unknown}; there are ${sections.join(", ")}`);
  }
  const pages = positionals.length === 0 ? pageNames : positionals.filter(isPage);
  const wanted = new Set([...pages.flatMap((page) => contents[page]), ...positionals]);
  if (values.write && (values.quick || positionals.length > pages.length)) {
    throw new LocalFailure("--write takes whole pages: no single sections, no --quick");
  }
  return {
    names: sections.filter((name) => wanted.has(name)),
    pages,
    isQuick: values.quick,
    peers: readPeers(values.peer),
    posts: readCount(values.posts ?? String(values.quick ? QUICK_POSTS : MILLION)),
    isWritten: values.write,
    isHelp: values.help,
  };
}

const isPage = (name: string): name is PageName => pageNames.some((page) => page === name);

function readPeers(texts: readonly string[]): Peer[] {
  const peers = new Map<string, Peer>();
  for (const text of texts) {
    const [, name, url] = /^([^=]+)=(https?:.+)$/u.exec(text) ?? [];
    if (name === undefined || url === undefined || !URL.canParse(url)) {
      throw new LocalFailure(`--peer is name=url with http: or https:, not ${text}`);
    }
    const known = peers.get(name);
    if (known?.post) throw new LocalFailure(`--peer ${name} has two addresses already`);
    peers.set(name, known ? { ...known, post: url } : { name, list: url, post: null });
  }
  return [...peers.values()];
}

function readCount(text: string): number {
  const count = Number(text.replaceAll(/[,_]/gu, ""));
  if (Number.isInteger(count) && count >= 2000) return count;
  throw new LocalFailure(`--posts is a whole number from 2,000 on, not ${text}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        peer: { type: "string", multiple: true, default: [] },
        posts: { type: "string" },
        write: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new LocalFailure(`${oneLine(error).split(". ")[0]}; --help shows what there is`);
  }
}
