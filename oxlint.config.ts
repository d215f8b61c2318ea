import { defineConfig, type OxlintOverride } from "oxlint";

/**
 * The architecture, as lint. Imports across floors are always `#floor/…`, so the text of an import is its
 * place in the picture. `npm run boundaries` proves that each of these rules can fail.
 */
const climb = {
  group: ["../**"],
  message: "Import across folders as #floor/…; use ./ only for siblings.",
};
const ban = (message: string, ...group: string[]) => ({ group, message });
const floor = (files: string[], ...patterns: object[]): OxlintOverride => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: [climb, ...patterns] }] },
});

const work = ban(
  "Only domain/tasks.ts does heavy work: no request may wait for it.",
  "#domain/work/**",
  "./work/**",
  "#domain/tasks",
  "#domain/tasks/**",
  "./tasks",
  "./tasks/**",
);

export default defineConfig({
  ignorePatterns: ["node_modules", "worker-configuration.d.ts", ".wrangler", ".assets", ".data"],
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise", "vitest"],
  categories: { correctness: "error", suspicious: "error", perf: "error" },
  rules: {
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/consistent-type-imports": "error",
    "import/no-cycle": "error",
    "import/no-default-export": "error",
    "oxc/no-barrel-file": ["error", { threshold: 0 }],
    "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    "max-lines-per-function": ["error", { max: 50, skipBlankLines: true, skipComments: true }],
    "max-params": ["error", { max: 4 }],
    "no-console": "error",
    // Rows of one page, attempts of one request: what must happen in order is awaited in order.
    "no-await-in-loop": "off",
    // `[...new Map(…)]` and friends say what they do.
    "unicorn/no-array-sort": "off",
    // Column objects are spread once, at start-up.
    "oxc/no-map-spread": "off",
    // A cast is where a library's types stop; the rule against `any` keeps them few.
    "typescript/no-unsafe-type-assertion": "off",
    // The compiler finds a path without an answer, and knows when a switch has none.
    "typescript/consistent-return": "off",
    // Spreading a string into its code points is what is meant.
    "typescript/no-misused-spread": "off",
  },
  overrides: [
    floor(
      ["src/core/**"],
      ban("core is the ground floor.", "#repository/**", "#domain/**", "#service/**", "#api/**"),
    ),
    floor(
      ["src/repository/**"],
      ban("repository sees only core.", "#domain/**", "#service/**", "#api/**"),
    ),
    floor(
      ["src/domain/**"],
      work,
      ban("domain sees repository and core.", "#service/**", "#api/**"),
      {
        group: ["#repository/**"],
        message: "Only domain/tasks.ts queries; other domain files are given their data.",
        allowTypeImports: true,
      },
    ),
    floor(
      ["src/domain/tasks.ts", "src/domain/tasks/**"],
      ban("domain sees repository and core.", "#service/**", "#api/**"),
    ),
    floor(
      ["src/domain/work/**"],
      ban("domain sees repository and core.", "#service/**", "#api/**"),
      {
        group: ["#repository/**"],
        message: "Heavy work is given its data.",
        allowTypeImports: true,
      },
    ),
    floor(
      ["src/service/**"],
      work,
      ban("From api, service may import #api/exceptions only.", "#api/**", "!#api/exceptions"),
    ),
    floor(
      ["src/api/**"],
      work,
      ban(
        "api asks service, never the database.",
        "#repository/**",
        "drizzle-orm",
        "drizzle-orm/**",
      ),
      {
        group: ["#domain/**"],
        message: "api may import domain types only.",
        allowTypeImports: true,
      },
    ),
    {
      files: ["src/api/exceptions.ts"],
      rules: {
        "no-restricted-imports": [
          "error",
          { patterns: [ban("exceptions.ts imports nothing.", "*", "**")] },
        ],
        // A catalogue: it is as long as what can go wrong.
        "max-lines": "off",
      },
    },
    { files: ["src/repository/models.ts"], rules: { "max-lines": "off" } },
    {
      files: ["src/**"],
      rules: {
        "no-restricted-globals": [
          "error",
          { name: "fetch", message: "Ask with safeFetch of domain/work/safe-fetch.ts." },
        ],
      },
    },
    {
      // These ask whom the operator's settings name, and nobody else.
      files: [
        "src/core/patience.ts",
        "src/domain/work/mail-providers/**",
        "src/domain/work/safe-fetch.ts",
      ],
      rules: { "no-restricted-globals": "off" },
    },
    {
      files: ["src/worker.ts", "chaos/worker/entry.ts", "*.config.ts"],
      rules: { "import/no-default-export": "off" },
    },
    {
      files: ["src/core/logging.ts", "local/**", "bench/**", "chaos/**"],
      rules: { "no-console": "off" },
    },
    {
      files: ["test/**"],
      rules: {
        "max-lines": "off",
        "max-lines-per-function": "off",
        "import/no-default-export": "off",
        // A test reads best with what it needs beside it.
        "unicorn/consistent-function-scoping": "off",
        "vitest/no-conditional-expect": "off",
        // The second argument says which case it was.
        "vitest/valid-expect": ["error", { maxArgs: 2 }],
        "vitest/require-to-throw-message": "off",
      },
    },
  ],
});
