// The same pictures through both builds of the engine: what the browser computes must be what the server computes.
// Usage: node run.mjs PICTURES INSPECT, the folder of the pictures and the native program that inspects them.
//
// Builds differ in the order in which they add (SIMD width), so figures may differ a little, verdicts may not.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const ENGINE = join(ROOT, "web-demo/packages/verify-element/engine");
const MODELS = process.env.OWNERPROOF_MODELS ?? join(ROOT, "models/build");
const [PICTURES, INSPECT] = process.argv.slice(2);

/** One person three times, then another. */
const NAMES = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"];

/** Largest difference allowed, by figure. */
const TOLERANCE = { detection: 0.5, signals: 0.5, live: 0.01, cosine: 0.001 };

function native(files) {
  const lines = execFileSync(INSPECT, files, { env: { ...process.env, OWNERPROOF_MODELS: MODELS }, maxBuffer: 1 << 24 });
  return lines.toString().trim().split("\n").map((line) => JSON.parse(line));
}

async function wasm(files) {
  const { initSync, Verifier } = await import(join(ENGINE, "verify.js"));
  initSync({ module: readFileSync(join(ENGINE, "verify_bg.wasm")) });
  const verifier = new Verifier();
  for (const { role, file } of JSON.parse(readFileSync(join(MODELS, "models.json"))).models) {
    verifier.loadNetwork(role, readFileSync(join(MODELS, file)));
  }
  const results = files.map((file) => JSON.parse(verifier.inspect(readFileSync(file))));
  verifier.free();
  return results;
}

const apart = (a, b) => Math.max(0, ...a.map((value, index) => Math.abs(value - b[index])));
const cosine = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
const flat = (signals) => Object.values(signals).flat();

const files = NAMES.map((name) => join(PICTURES, name));
const [ours, theirs] = [native(files), await wasm(files)];
let failed = 0;
files.forEach((file, index) => {
  const [a, b] = [ours[index], theirs[index]];
  const differences = {
    detection: apart(a.detection, b.detection),
    signals: apart(flat(a.signals), flat(b.signals)),
    live: Math.abs(a.live - b.live),
    cosine: 1 - cosine(a.embedding, b.embedding),
  };
  const wrong = a.faces !== b.faces || a.faces === 0 || Object.entries(differences).some(([name, value]) => !(value <= TOLERANCE[name]));
  if (wrong) failed += 1;
  const figures = Object.entries(differences).map(([name, value]) => `${name} ${value.toExponential(1)}`).join("  ");
  process.stdout.write(`${wrong ? "DIFFERS" : "equal  "}  ${NAMES[index].padEnd(12)}${figures}\n`);
});

// The networks must also be right, not only alike: one person three times, another once.
const similarity = (a, b) => cosine(theirs[a].embedding, theirs[b].embedding);
const [same, other] = [[similarity(0, 1), similarity(0, 2), similarity(1, 2)], [similarity(0, 3), similarity(1, 3), similarity(2, 3)]];
process.stdout.write(`same person ${same.map((s) => s.toFixed(3)).join(" ")}, another ${other.map((s) => s.toFixed(3)).join(" ")}\n`);
if (!(Math.min(...same) > 0.45 && Math.max(...other) < 0.36)) failed += 1;
process.exit(failed === 0 ? 0 : 1);
