import { parse as parseToml, TomlDate, TomlError } from "smol-toml";
import { isMap, parseDocument } from "yaml";

import { oneLine } from "#local/failure";

/** A file's text in two. */
export interface SplitText {
  readonly frontMatter: Record<string, unknown>;
  readonly markdown: string;
}

/** What is wrong with a front matter, in one line. */
export class BrokenFrontMatter extends Error {}

const maxDepth = 32;

/**
 * Parts front matter (YAML between `---`, TOML between `+++`) from the Markdown behind it and reads it into
 * values that JSON can carry; dates become ISO texts, without a zone where they had none. A file that does
 * not begin with a fence has no front matter.
 *
 * @throws BrokenFrontMatter with the line where it breaks, counted in the file.
 */
export function splitFrontMatter(text: string): SplitText {
  const opening = /^(---|\+\+\+)([^\S\n]*)(\S*)[^\S\n]*(?:\n|$)/.exec(text);
  if (!opening) return { frontMatter: {}, markdown: text };
  const [line, fence = "---", , language = ""] = opening;
  if (language !== "") {
    // `---js` is another language, `---- ` and `--- text` are no fence at all.
    if (!/^(?:yaml|toml|json|js|javascript)$/i.test(language))
      return { frontMatter: {}, markdown: text };
    if (!/^(?:yaml|toml)$/i.test(language))
      throw new BrokenFrontMatter(`front matter in ${language} is not read`);
  }
  const rest = text.slice(line.length);
  const closing = (fence === "---" ? /^(?:---|\.\.\.)[^\S\n]*$/m : /^\+\+\+[^\S\n]*$/m).exec(rest);
  if (!closing) throw new BrokenFrontMatter(`the ${fence} on line 1 is never closed`);
  const source = rest.slice(0, closing.index);
  const isToml = fence === "+++" || language.toLowerCase() === "toml";
  return {
    frontMatter: isToml ? readToml(source) : readYaml(source),
    markdown: rest.slice(closing.index + closing[0].length).replace(/^\n/, ""),
  };
}

function readYaml(source: string): Record<string, unknown> {
  const document = parseDocument(source, {
    logLevel: "silent",
    prettyErrors: true,
    stringKeys: false,
  });
  const [error] = document.errors;
  if (error) {
    const line = (error.linePos?.[0].line ?? 1) + 1;
    throw new BrokenFrontMatter(
      `line ${line}: ${oneLine(error).replace(/ at line \d+, column \d+.*/, "")}`,
    );
  }
  if (document.contents === null) return {};
  if (!isMap(document.contents)) throw new BrokenFrontMatter("it is not a list of fields");
  try {
    return toRecord(document.toJS({ mapAsMap: false, maxAliasCount: 100 }) as object, 0);
  } catch (thrown) {
    throw new BrokenFrontMatter(oneLine(thrown), { cause: thrown });
  }
}

function readToml(source: string): Record<string, unknown> {
  try {
    return toRecord(parseToml(source), 0);
  } catch (thrown) {
    if (!(thrown instanceof TomlError))
      throw new BrokenFrontMatter(oneLine(thrown), { cause: thrown });
    const [message = "it is not TOML"] = thrown.message.split("\n");
    throw new BrokenFrontMatter(`line ${thrown.line + 1}: ${message}`, { cause: thrown });
  }
}

function toRecord(value: object, depth: number): Record<string, unknown> {
  if (depth > maxDepth) throw new BrokenFrontMatter("it nests too deep");
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "__proto__")
      .map(([name, item]) => [name, toJson(item, depth + 1)]),
  );
}

function toJson(value: unknown, depth: number): unknown {
  if (value instanceof TomlDate || value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value ?? null;
  if (depth > maxDepth) throw new BrokenFrontMatter("it nests too deep");
  if (Array.isArray(value)) return value.map((item) => toJson(item, depth + 1));
  if (value instanceof Set) return [...value].map((item) => toJson(item, depth + 1));
  if (value instanceof Uint8Array) return null;
  return toRecord(value instanceof Map ? Object.fromEntries(value) : value, depth);
}
