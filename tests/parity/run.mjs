// The same pictures through both builds of the engine: what the browser computes must be what the server computes.
//
// Pictures of two people come from a package, fetched by its client and checked; nothing of them is kept here.
// Builds differ in the order in which they add (SIMD width), so figures may differ a little, verdicts may not.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const ENGINE = join(ROOT, "web-demo/packages/verify-element/engine");
const MODELS = process.env.OWNERPROOF_MODELS ?? join(ROOT, "models/build");
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
const CACHE = join(TARGET, "parity");

const PACKAGE = {
  name: "face_recognition",
  version: "1.3.0",
  archive: "face_recognition-1.3.0.tar.gz",
  sha256: "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
  pictures: ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"],
};

/** Largest difference allowed, by figure. */
const TOLERANCE = { detection: 0.5, signals: 0.5, live: 0.01, cosine: 0.001 };

function pictures() {
  const folder = join(CACHE, `${PACKAGE.name}-${PACKAGE.version}`, "tests/test_images");
  const files = PACKAGE.pictures.map((name) => join(folder, name));
  if (!files.every(existsSync)) {
    mkdirSync(CACHE, { recursive: true });
    const spec = `${PACKAGE.name}==${PACKAGE.version}`;
    execFileSync("python3", ["-m", "pip", "download", "-q", "--no-deps", "--no-binary", PACKAGE.name, "-d", CACHE, spec]);
    const archive = join(CACHE, PACKAGE.archive);
    const found = createHash("sha256").update(readFileSync(archive)).digest("hex");
    if (found !== PACKAGE.sha256) throw new Error(`${PACKAGE.archive} is not the file it should be: sha256 ${found}`);
    execFileSync("tar", ["xzf", archive, "-C", CACHE]);
  }
  return files;
}

function native(files) {
  const program = join(TARGET, "debug/examples/inspect");
  const lines = execFileSync(program, files, { env: { ...process.env, OWNERPROOF_MODELS: MODELS }, maxBuffer: 1 << 24 });
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

const files = pictures();
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
  process.stdout.write(`${wrong ? "DIFFERS" : "equal  "}  ${PACKAGE.pictures[index].padEnd(12)}${figures}\n`);
});

// The networks must also be right, not only alike: one person three times, another once.
const similarity = (a, b) => cosine(theirs[a].embedding, theirs[b].embedding);
const [same, other] = [[similarity(0, 1), similarity(0, 2), similarity(1, 2)], [similarity(0, 3), similarity(1, 3), similarity(2, 3)]];
process.stdout.write(`same person ${same.map((s) => s.toFixed(3)).join(" ")}, another ${other.map((s) => s.toFixed(3)).join(" ")}\n`);
if (!(Math.min(...same) > 0.45 && Math.max(...other) < 0.36)) failed += 1;
process.exit(failed === 0 ? 0 : 1);
