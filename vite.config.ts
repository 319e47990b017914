/** Builds every `<app>/ui/<name>.entry.ts` into platform/web/dist and runs the unit tests. */
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;

/** Folders that may hold sources of the front end: `<app>/ui` and `platform/<package>/ui`. */
function sourceFolders(): string[] {
  const homes = [root, join(root, "platform")];
  const folders = homes.flatMap((home) =>
    readdirSync(home, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => join(home, entry.name, "ui")),
  );
  return folders.filter((folder) => existsSync(folder));
}

/** Entry points by their name in the output, for example `exams-room`. */
function entries(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const folder of sourceFolders()) {
    const app = relative(root, folder).replace(/^platform\//, "").replace(/\/ui$/, "");
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".entry.ts"))) {
      found[`${app}-${file.replace(".entry.ts", "")}`] = join(folder, file);
    }
  }
  return found;
}

export default defineConfig({
  root,
  // Relative addresses: the files work under any STATIC_URL.
  base: "./",
  publicDir: false,
  plugins: [svelte(), svelteTesting()],
  resolve: {
    alias: {
      $web: join(root, "platform/web/ui"),
      $exams: join(root, "exams/ui"),
      $chat: join(root, "chat/ui"),
      $proctoring: join(root, "proctoring/ui"),
      $scanner: join(root, "scanner/ui"),
    },
  },
  build: {
    outDir: join(root, "platform/web/dist"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: ["chrome111", "edge111", "firefox114", "safari16.4"],
    // Nothing is inlined as data: so that font-src and script-src stay 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: entries() },
  },
  worker: { format: "es" },
  test: {
    environment: "happy-dom",
    include: ["*/ui/**/*.test.ts", "platform/*/ui/**/*.test.ts"],
    setupFiles: [join(root, "platform/web/ui/testing/setup.ts")],
    restoreMocks: true,
  },
});
