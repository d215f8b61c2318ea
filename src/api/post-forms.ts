import { preferredType } from "./negotiation";

/** As what a post is wanted: which one, how its address ends, and in which format. */
export interface Form {
  /** An id or a slug. */
  readonly key: string;
  /** With its dot; empty where the address does not say. */
  readonly extension: "" | ".json" | ".md" | ".txt";
  readonly format: "json" | "markdown" | "plaintext";
}

/** Media types, by what goes first where several are as good. */
const formats = {
  "application/json": "json",
  "text/markdown": "markdown",
  "text/plain": "plaintext",
} as const;

const extensions = { ".json": "json", ".md": "markdown", ".txt": "plaintext" } as const;

/** What the end of an address says, and where that says nothing, the header. No slug has a dot. */
export function formOf(segment: string, accept: string | undefined): Form {
  for (const extension of [".json", ".md", ".txt"] as const) {
    if (segment.length > extension.length && segment.endsWith(extension)) {
      const key = segment.slice(0, -extension.length);
      return { key, extension, format: extensions[extension] };
    }
  }
  const type = preferredType(accept, ["application/json", "text/markdown", "text/plain"]);
  return { key: segment, extension: "", format: formats[type] };
}

const texts = {
  "text/markdown": {
    schema: { type: "string" as const },
    example: '---\ntitle: "Hello, world"\nslug: "hello-world"\n---\n\nSome *words*.\n',
  },
  "text/plain": { schema: { type: "string" as const }, example: "Hello, world\n\nSome words.\n" },
};

/** Documents that an answer comes in all formats, and not as JSON alone. */
export const inEachFormat = <Answer extends { readonly content: object }>(answer: Answer) => ({
  ...answer,
  content: { ...answer.content, ...texts } as Answer["content"] & typeof texts,
});
