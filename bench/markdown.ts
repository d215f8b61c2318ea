import MarkdownIt from "markdown-it";
import { marked } from "marked";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import sanitizeHtml from "sanitize-html";
import { Bench } from "tinybench";

import { renderMarkdown } from "#domain/markdown";

import { toFindings } from "./findings.ts";
import { compare } from "./rounds.ts";
import type { Comparison, Contestant } from "./rounds.ts";
import type { Section } from "./stage.ts";
import { writeMarkdown } from "./texts.ts";

const markdownIt = new MarkdownIt({ html: true, linkify: true });
const extensions = { extensions: [gfm()], htmlExtensions: [gfmHtml()] };
const allowed = sanitizeHtml.defaults.allowedTags.concat("img", "del", "input");

/** Only the first and the third give what may be shown to readers: the others let raw HTML through or drop it. */
const renderers: Readonly<Record<string, (source: string) => unknown>> = {
  Imprint: renderMarkdown,
  marked: (source) => marked.parse(source, { async: false }),
  "marked + sanitize-html": (source) =>
    sanitizeHtml(marked.parse(source, { async: false }), { allowedTags: allowed }),
  "micromark + gfm": (source) => micromark(source, extensions),
  "markdown-it": (source) => markdownIt.render(source),
};

export const section: Section = {
  about: `One generated document of prose, lists, tables, code and links from source to HTML, in Node. Imprint's renderer
parses with markdown-it, adds heading ids, footnotes and task lists, sanitises through its allow-list, and
takes the plain text, the excerpt and the word count from the result. Only **marked + sanitize-html** gives
HTML as safe as that; **marked** and **markdown-it** let raw HTML through, **micromark + gfm** shows it as text.`,
  async run(_stage, { isQuick }) {
    return toFindings([
      await render("1 kB", writeMarkdown(1, 1000), isQuick),
      await render("50 kB", writeMarkdown(2, 50_000), isQuick),
    ]);
  },
};

function render(size: string, source: string, isQuick: boolean): Promise<Comparison> {
  const contestants = Object.entries(renderers).map(([name, renderer]): Contestant => ({
    name,
    run: async () => ({ time: await timeOf(() => renderer(source), isQuick) }),
  }));
  const measures = [{ name: "time", unit: "ms", better: "less" }] as const;
  return compare({ what: `${size} of Markdown`, measures }, contestants, isQuick ? 2 : 7);
}

/** Milliseconds: the median of as many calls as fit into a moment. */
async function timeOf(work: () => unknown, isQuick: boolean): Promise<number> {
  const bench = new Bench({ time: isQuick ? 60 : 200, iterations: 3, warmup: false, throws: true });
  const [task] = await bench.add("work", work).run();
  if (task?.result.state !== "completed") throw new Error("a renderer did not come to its end");
  return task.result.latency.p50;
}
