// A canvas that has as many pixels as the screen shows of it, or fewer where that is too much for the browser.

let share = 1;   // of the pixels of the screen, along each axis, for pictures

/** Let pictures have such a share of the pixels of the screen, along each axis, from now on; type stays sharp. */
export function coarsen(wanted) { share = wanted; }

const ratioOf = (picture) => Math.min(devicePixelRatio || 1, 2) * (picture ? share : 1);

/** Let a canvas have its pixels; return [width, height] in these. `picture`: nothing is written on it. */
export function pixels(canvas, picture = true) {
  const width = Math.max(1, Math.round(canvas.clientWidth * ratioOf(picture)));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratioOf(picture)));
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  return [width, height];
}

/** Fit a canvas to its place; return [context, width, height] in CSS pixels. `picture`: nothing is written on it. */
export function fitted(canvas, kind = "2d", picture = false) {
  pixels(canvas, picture);
  const context = canvas.getContext(kind), ratio = ratioOf(picture);
  if (kind === "2d") context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return [context, canvas.clientWidth, canvas.clientHeight];
}

/** Return the size of one unit of type, in CSS pixels: a hundredth of the height of a 16:9 screen. */
export function unit() {
  const size = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--size")) || 1;
  return Math.min(innerHeight / 100, innerWidth * 0.005625) * size;
}

export const MONO = getComputedStyle(document.documentElement).getPropertyValue("--mono").trim() || "monospace";
