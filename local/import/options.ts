import { parseArgs } from "node:util";

import { LocalFailure, oneLine } from "#local/failure";

/** What `npm run import` was asked for. */
export interface ImportOptions {
  readonly folder: string;
  /** Where Imprint answers, with a slash at its end. */
  readonly url: URL;
  /** Only read and check the files; send nothing. */
  readonly dryRun: boolean;
  /** Upload the pictures beside the documents, and have the server bring in those from elsewhere. */
  readonly pictures: boolean;
}

export const usage = `Imports a folder of Markdown into Imprint.

  npm run import -- FOLDER [options]

  --url URL    where Imprint answers (http://localhost:8787)
  --dry-run    read and check every file, send nothing
  --pictures   bring in the pictures too that the documents show: files of the folder by their relative
               path, and those from elsewhere (https only)
  --help       show this

IMPRINT_TOKEN in the environment is the session token or secret key of somebody who may import.

Takes every .md, .mdx and .markdown file with YAML (---) or TOML (+++) front matter, as Jekyll, Hugo, Zola,
Astro and Eleventy write it. Files and folders whose names begin with a dot, and node_modules, are left out;
links are followed only to files within the folder.
Importing again changes only what is different. What cannot be taken in is listed at the end, the rest goes in.

Exit code: 0 when everything went in, 1 when anything failed, 2 when the command was wrong.
`;

/**
 * Reads the command line.
 *
 * @returns null if help was asked for.
 * @throws LocalFailure naming what is missing or wrong.
 */
export function readOptions(args: readonly string[]): ImportOptions | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const [folder, ...others] = positionals;
  if (folder === undefined) throw new LocalFailure("name a folder; --help shows how");
  if (others.length > 0)
    throw new LocalFailure(`one folder at a time, not also ${others.join(" ")}`);
  return { folder, url: readUrl(values.url), dryRun: values["dry-run"], pictures: values.pictures };
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new LocalFailure(`--url ${text} is not an http address`);
  }
  url.search = "";
  url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: "string", default: "http://localhost:8787" },
        "dry-run": { type: "boolean", default: false },
        pictures: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new LocalFailure(`${oneLine(error).split(". ")[0]}; --help shows what there is`);
  }
}
