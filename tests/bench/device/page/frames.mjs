// A person before the camera: one photograph that drifts, so that every frame differs.

/** @typedef {{ context: OffscreenCanvasRenderingContext2D, width: number, height: number }} Frame */

const [WIDTH, HEIGHT] = [640, 480];
/** The photograph is shown so high that the face is as large as in a selfie. */
const SHOWN = 900;

/**
 * @param {string} url
 * @param {number} count
 * @returns {Promise<Frame[]>}
 */
export async function frames(url, count) {
  const photograph = await createImageBitmap(await (await fetch(url)).blob());
  const scale = SHOWN / photograph.height;
  return Array.from({ length: count }, (_, index) => {
    const context = canvas(WIDTH, HEIGHT);
    const [width, height] = [photograph.width * scale, photograph.height * scale];
    const x = (WIDTH - width) / 2 + 6 * Math.sin(index / 3);
    context.drawImage(photograph, x, -40 + 4 * Math.cos(index / 3), width, height);
    return { context, width: WIDTH, height: HEIGHT };
  });
}

/**
 * A canvas in main memory, as both sides read its pixels.
 * @param {number} width
 * @param {number} height
 */
export function canvas(width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  return context;
}
