// The bench's own web server: this page, the engine, the networks, onnxruntime-web. Nothing else of the machine.

import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";

const HERE = import.meta.dirname;

/** @type {Record<string, string>} */
const TYPES = { ".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm" };

/** @param {import("./bench.mjs").Plan} plan */
export async function serve({ engine, models, onnx, picture, inputs }) {
  /** @type {Record<string, string>} */
  const folders = { engine, models, onnx, ort: join(HERE, "node_modules/onnxruntime-web/dist") };
  const place = (/** @type {string} */ path) => {
    const [, first, ...rest] = path.split("/");
    if (path === "/picture") return picture;
    return first in folders ? join(folders[first], ...rest) : join(HERE, "page", first || "index.html");
  };
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://bench").pathname);
    try {
      const file = place(path);
      const body = path === "/inputs.json" ? JSON.stringify(inputs) : readFileSync(file);
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "cache-control": "max-age=3600",
        // Isolated pages have a finer clock.
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
