/** Fetches a whole file and tells how many bytes have come. Rejects on any status but 2xx. */
export async function download(url: string, progress: (loaded: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`${response.status} for ${new URL(url, location.href).pathname}`);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    progress((loaded += value.length));
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
