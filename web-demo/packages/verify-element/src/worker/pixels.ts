/** Longest side of a document picture given to the engine, in pixels. */
const DOCUMENT_SIDE = 2000;

/** Reads the pixels of bitmaps on one canvas that is kept between frames. */
export class Pixels {
  #context = context(1, 1);

  /** False where OffscreenCanvas has no 2d context (Safari before 16.4). */
  get available(): boolean {
    return this.#context !== null;
  }

  /** RGBA of the bitmap, which is closed. */
  read(bitmap: ImageBitmap): { rgba: Uint8Array<ArrayBuffer>; width: number; height: number } {
    const { width, height } = bitmap;
    const context = this.#context!;
    if (context.canvas.width !== width || context.canvas.height !== height) {
      Object.assign(context.canvas, { width, height });
    }
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { rgba: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer), width, height };
  }
}

/**
 * The picture turned as its EXIF data say, reduced, as JPEG; null when the browser cannot decode it.
 * Phones store photographs sideways, and the engine reads pixels only.
 */
export async function upright(image: Blob): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const bitmap = await createImageBitmap(image, { imageOrientation: "from-image" });
    const scale = Math.min(1, DOCUMENT_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = context(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    if (!canvas) return new Uint8Array(await image.arrayBuffer());
    canvas.imageSmoothingQuality = "high";
    canvas.drawImage(bitmap, 0, 0, canvas.canvas.width, canvas.canvas.height);
    bitmap.close();
    const jpeg = await canvas.canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
    return new Uint8Array(await jpeg.arrayBuffer());
  } catch {
    return null;
  }
}

function context(width: number, height: number): OffscreenCanvasRenderingContext2D | null {
  if (typeof OffscreenCanvas === "undefined") return null;
  return new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
}
