/**
 * Draws a picture, reduced to `side` pixels at most, on a canvas: unlike an `<img>` it needs no `blob:` in the content
 * security policy. False when it is no picture.
 */
export async function draw(image: Blob, canvas: HTMLCanvasElement, side = 1000): Promise<boolean> {
  try {
    const bitmap = await createImageBitmap(image, { imageOrientation: "from-image" });
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return true;
  } catch {
    return false;
  }
}
