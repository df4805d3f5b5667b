/** Longest side of a picture that is sent, in pixels: the small print of a certificate stays readable. */
const SIDE = 2600;

/**
 * A picture as it is sent: a JPEG of bounded size without what the camera wrote beside it, such as the place.
 *
 * @throws when the file is no picture this browser can read
 */
export async function reduced(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.fillStyle = "#fff"; // Under a PNG's transparent parts.
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.88 });
}
