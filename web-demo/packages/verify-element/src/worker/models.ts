import { VerifyError } from "../protocol.ts";
import { download } from "./download.ts";
import { sha256 } from "./sha256.ts";

/** One network of `models.json`. */
export interface Network {
  role: string;
  file: string;
  /** Lower-case hexadecimal. */
  sha256: string;
  bytes: number;
}

const CACHE = "ownerproof-models";

/** What `models.json` lists. */
export interface Catalogue {
  /** What every verification needs, in the order of need. */
  models: Network[];
  /** What is fetched at the moment it is needed, if at all. */
  on_demand: Network[];
}

/** Reads the list of networks. */
export async function catalogueOf(url: string): Promise<Catalogue> {
  try {
    const response = await fetch(url, { cache: "no-cache" });
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()) as Catalogue;
  } catch (error) {
    throw VerifyError.from(error, "models_unreachable");
  }
}

/** The bytes of a network, kept by hash between visits. The hash is checked either way. */
export async function networkBytes(
  network: Network,
  catalogue: string,
  progress: (loaded: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const cache = await open();
  const kept = await cache?.match(key(network));
  if (kept) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if ((await sha256(bytes)) === network.sha256) return bytes;
    await cache?.delete(key(network));
  }
  const url = new URL(network.file, new URL(catalogue, location.href));
  url.searchParams.set("v", network.sha256.slice(0, 16)); // A new network has a new address.
  const bytes = await download(url.href, progress).catch((error: unknown) => {
    throw VerifyError.from(error, "models_unreachable");
  });
  if ((await sha256(bytes)) !== network.sha256) throw new VerifyError("model_corrupt", network.file);
  // Storage may be full or forbidden: the next visit then fetches again.
  await cache?.put(key(network), new Response(bytes)).catch(() => {});
  return bytes;
}

/** Forgets networks that the list no longer names. */
export async function sweep(networks: Network[]): Promise<void> {
  const cache = await open();
  const wanted = new Set(networks.map(key));
  for (const request of (await cache?.keys()) ?? []) {
    if (!wanted.has(new URL(request.url).pathname)) await cache?.delete(request);
  }
}

const key = (network: Network): string => `/models/sha256/${network.sha256}`;

const open = (): Promise<Cache | null> =>
  "caches" in globalThis ? caches.open(CACHE).catch(() => null) : Promise.resolve(null);
