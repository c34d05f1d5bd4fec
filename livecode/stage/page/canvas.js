// A canvas that has as many pixels as the screen shows of it.

/** Fit a canvas to its place; return [2D context, width, height] in CSS pixels. */
export function fitted(canvas, kind = "2d") {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const width = canvas.clientWidth, height = canvas.clientHeight;
  const wide = Math.max(1, Math.round(width * ratio)), high = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext(kind);
  if (kind === "2d") context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return [context, width, height];
}

/** Return the size of one unit of type, in CSS pixels: a hundredth of the height of a 16:9 screen. */
export function unit() {
  const size = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--size")) || 1;
  return Math.min(innerHeight / 100, innerWidth * 0.005625) * size;
}

export const MONO = getComputedStyle(document.documentElement).getPropertyValue("--mono").trim() || "monospace";
