import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { DataFolder } from "#local/data-folder";
import { startCluster } from "#local/postgres-cluster";

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "imprint-folder-"));
});
afterEach(() => rm(path, { recursive: true, force: true }));

describe("a data folder", () => {
  it("in which a file is broken says which, and advises nothing that loses what was written", async () => {
    await writeFile(join(path, "secrets.json"), '{"APP_SECRET":');
    const broken = new DataFolder(path).secrets();
    await expect(broken).rejects.toThrow(/secrets\.json is not JSON; repair it, or move it/);
    await expect(broken).rejects.not.toThrow(/delete|start over/);
  });

  it("makes the secrets anew once the broken file is away", async () => {
    const secrets = await new DataFolder(path).secrets();
    await writeFile(join(path, "secrets.json"), "");
    await rm(join(path, "secrets.json"));
    expect(await new DataFolder(path).secrets()).not.toEqual(secrets);
  });

  it("whose database has lost its password says so and makes no other", async () => {
    await mkdir(join(path, "cluster"));
    const options = { directory: path, durable: false, say: () => {} };
    const started = startCluster(options, { initdb: "none", postgres: "none" }, null);
    await expect(started).rejects.toThrow(
      /password does not hold the password .* put the right one/,
    );
    expect(await readdir(path)).toEqual(["cluster"]);
  });
});
