// One build recipe for every app: fixed base path, strict-CSP-safe output, precompressed files.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin, UserConfig } from "vite";

const root = import.meta.dirname;
const engine = join(root, "packages/verify-element/engine");

/** Build settings of the app in `apps/<name>`, served under `/<name>/`. */
export function app(name: string): UserConfig {
  return {
    base: `/${name}/`,
    plugins: [missingEngine(), brotli()],
    worker: { format: "es", plugins: () => [missingEngine()] },
    build: {
      outDir: join(root, "dist", name),
      emptyOutDir: true,
      target: "es2022",
      // No data: URLs, so that the content security policy stays short.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 300,
    },
    server: {
      proxy: Object.fromEntries(
        ["/api", "/models"].map((path) => [path, process.env["OWNERPROOF_SERVER"] ?? "http://127.0.0.1:8080"]),
      ),
    },
  };
}

/**
 * Lets the apps build before the WebAssembly engine exists: the worker then fails with
 * `engine_missing`, which the screen explains.
 */
function missingEngine(): Plugin {
  const stub = "\0engine-stub";
  return {
    name: "missing-engine",
    enforce: "pre",
    resolveId(source, importer) {
      if (!importer || !/\/engine\/verify(\.js|_bg\.wasm\?url)$/.test(source)) return null;
      if (existsSync(join(engine, "verify.js"))) return null;
      this.warn("the WebAssembly engine is not built yet (cargo xtask wasm): building without it");
      return source.endsWith(".js") ? `${stub}.js` : `${stub}-url.js`;
    },
    load(id) {
      if (id === `${stub}.js`) {
        return "export default async () => { throw new Error('engine_missing') }; export class Verifier {}";
      }
      return id === `${stub}-url.js` ? "export default ''" : null;
    },
  };
}

const COMPRESSIBLE = new Set([".html", ".js", ".css", ".svg", ".json", ".wasm", ".webmanifest"]);

/** Writes `file.br` beside each text or wasm file; results are kept by content, for the wasm takes half a minute. */
function brotli(): Plugin {
  let outDir = "";
  return {
    name: "brotli",
    apply: "build",
    configResolved: (config) => void (outDir = resolve(config.root, config.build.outDir)),
    closeBundle() {
      const cache = join(root, "node_modules/.cache/brotli");
      mkdirSync(cache, { recursive: true });
      for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !COMPRESSIBLE.has(extname(entry.name))) continue;
        const file = join(entry.parentPath, entry.name);
        const bytes = readFileSync(file);
        const kept = join(cache, createHash("sha256").update(bytes).digest("hex"));
        if (!existsSync(kept)) writeFileSync(kept, compress(bytes));
        writeFileSync(`${file}.br`, readFileSync(kept));
      }
    },
  };
}

function compress(bytes: Buffer): Buffer {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}
