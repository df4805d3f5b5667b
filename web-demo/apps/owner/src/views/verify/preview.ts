/** Draws a picture, reduced, on a canvas; a canvas needs no `blob:` in the content security policy. */
export async function drawPreview(image: Blob, canvas: HTMLCanvasElement): Promise<boolean> {
  try {
    const bitmap = await createImageBitmap(image, { imageOrientation: "from-image" });
    const scale = Math.min(1, 1000 / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return true;
  } catch {
    return false;
  }
}
