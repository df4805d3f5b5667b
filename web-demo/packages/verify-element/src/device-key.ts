// A key that never leaves this browser: it ties the report to the device that opened the verification.

const DATABASE = "ownerproof";
const STORE = "keys";
const NAME = "device";
const CURVE: EcKeyGenParams = { name: "ECDSA", namedCurve: "P-256" };

/** The device's signing key. */
export interface DeviceKey {
  /** Uncompressed point, 65 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** ECDSA over SHA-256, IEEE P1363, 64 bytes. */
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** The key of this device; made at the first call. Where storage is forbidden it lasts for the page only. */
export async function deviceKey(): Promise<DeviceKey> {
  const pair = await (kept ??= keep().catch(make));
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
    async sign(bytes) {
      return new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, bytes));
    },
  };
}

let kept: Promise<CryptoKeyPair> | null = null;

/** Not extractable: a script can use the private key but never read it. */
const make = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);

async function keep(): Promise<CryptoKeyPair> {
  const database = await open();
  try {
    const found = await settled<CryptoKeyPair | undefined>(database.transaction(STORE).objectStore(STORE).get(NAME));
    if (found) return found;
    const pair = await make();
    await settled(database.transaction(STORE, "readwrite").objectStore(STORE).put(pair, NAME));
    return pair;
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settled(request);
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
