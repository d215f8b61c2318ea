import { copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

const serif = "@expo-google-fonts/noto-serif";
const mono = "@expo-google-fonts/noto-sans-mono";

/** The fonts that reports are set in: where npm put each, and its name under `/fonts/` in the assets. */
export const FONTS: readonly { readonly source: string; readonly name: string }[] = [
  { source: "@embedpdf/fonts-latin/fonts/NotoSans-Regular.ttf", name: "NotoSans-Regular.ttf" },
  { source: "@embedpdf/fonts-latin/fonts/NotoSans-SemiBold.ttf", name: "NotoSans-SemiBold.ttf" },
  { source: `${serif}/400Regular/NotoSerif_400Regular.ttf`, name: "NotoSerif-Regular.ttf" },
  {
    source: `${serif}/400Regular_Italic/NotoSerif_400Regular_Italic.ttf`,
    name: "NotoSerif-Italic.ttf",
  },
  { source: `${serif}/700Bold/NotoSerif_700Bold.ttf`, name: "NotoSerif-Bold.ttf" },
  {
    source: `${serif}/700Bold_Italic/NotoSerif_700Bold_Italic.ttf`,
    name: "NotoSerif-BoldItalic.ttf",
  },
  { source: `${mono}/400Regular/NotoSansMono_400Regular.ttf`, name: "NotoSansMono-Regular.ttf" },
  { source: `${mono}/700Bold/NotoSansMono_700Bold.ttf`, name: "NotoSansMono-Bold.ttf" },
  { source: "@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf", name: "NotoSansSC-Regular.otf" },
  { source: "@embedpdf/fonts-jp/fonts/NotoSansJP-Regular.otf", name: "NotoSansJP-Regular.otf" },
  { source: "@embedpdf/fonts-kr/fonts/NotoSansKR-Regular.otf", name: "NotoSansKR-Regular.otf" },
];

const root = resolve(import.meta.dirname, "..");

/**
 * Puts what the worker serves or reads as static assets into `.assets/`: copies of files that npm brought.
 * A copy that is already there, as large as its source, is left alone.
 */
export async function copyAssets(): Promise<void> {
  await removeOthers(join(root, ".assets", "fonts"));
  for (const { source, name } of FONTS) {
    await copyChanged(join(root, "node_modules", source), join(root, ".assets", "fonts", name));
  }
}

/** A font that the table has no more would be deployed for ever; what another process is copying is its own. */
async function removeOthers(folder: string): Promise<void> {
  const known = new Set(FONTS.map(({ name }) => name));
  for (const name of await readdir(folder).catch(() => [])) {
    if (!known.has(name) && !/\.\d+$/u.test(name)) await rm(join(folder, name), { force: true });
  }
}

async function copyChanged(source: string, target: string): Promise<void> {
  const [wanted, present] = await Promise.all([stat(source), stat(target).catch(() => null)]);
  if (present?.size === wanted.size) return;
  await mkdir(dirname(target), { recursive: true });
  // Copied beside its place and moved in: another process may be reading the folder.
  const draft = `${target}.${process.pid}`;
  await copyFile(source, draft);
  await rename(draft, target);
}

if (import.meta.main) await copyAssets();
