import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const source = join(root, "src");

/** Imports that are there when the program runs: `import type` is not, `import { type A }` is. */
const importing = /(?:\bimport|\bexport)\s+(?!type\b)(?:[\w*{}\s,$]+?\sfrom\s+)?"([^"]+)"/gu;
const importingLater = /\bimport\(\s*"([^"]+)"\s*\)/gu;

interface Walk {
  /** Paths below `src`. */
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

const withExtension = (path: string): string => (path.endsWith(".ts") ? path : `${path}.ts`);

function fileOf(specifier: string, from: string): string | undefined {
  if (specifier.startsWith("#")) return join(source, withExtension(specifier.slice(1)));
  if (specifier.startsWith(".")) return resolve(from, "..", withExtension(specifier));
  return undefined;
}

/** Everything that is loaded, at once or later, because of one file. */
function reachOf(entry: string): Walk {
  const packages = new Set<string>();
  const files = new Set<string>();
  const queue = [join(source, entry)];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const text = readFileSync(file, "utf8");
    const found = [...text.matchAll(importing), ...text.matchAll(importingLater)];
    for (const [, specifier = ""] of found) {
      const target = fileOf(specifier, file);
      if (target === undefined) packages.add(specifier);
      else if (existsSync(target)) queue.push(target);
      else throw new Error(`${relative(root, file)} imports ${specifier}, which is not there.`);
    }
  }
  return {
    files: [...files].map((file) => relative(source, file)).toSorted(),
    packages: [...packages].toSorted(),
  };
}

const isHeavy = (file: string): boolean =>
  file.startsWith("domain/work/") || file === "domain/tasks.ts";

describe("what a request can reach", () => {
  const { files, packages } = reachOf("api/app.ts");

  it("is the whole of what answers requests", () => {
    expect(files.length).toBeGreaterThan(40);
    expect(files).toEqual(
      expect.arrayContaining([
        "service/perform.ts",
        "domain/permissions.ts",
        "repository/posts.ts",
      ]),
    );
  });

  it("has no heavy work in it, and none of what that is done with", () => {
    expect(files.filter(isHeavy)).toEqual([]);
    expect(packages.filter((name) => /^(?:pdfkit|d3-\w+)/u.test(name))).toEqual([]);
  });
});

describe("what looks for it", () => {
  it("finds heavy work where it is", () => {
    const { files, packages } = reachOf("domain/tasks.ts");
    expect(files.filter(isHeavy).length).toBeGreaterThan(20);
    expect(packages).toContain("pdfkit");
  });

  it("finds what is only loaded later: the worker's tasks", () => {
    expect(reachOf("worker.ts").files).toContain("domain/tasks.ts");
  });
});
