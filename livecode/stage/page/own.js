// Layers of the performer's own: files beside the set, each a function that draws on a canvas.
//
//     export default function begin(canvas) {
//       const c = canvas.getContext("2d");
//       return (now) => { … };                  // is called for each picture
//     }
//
// `now` holds `width` and `height` of the canvas in pixels, `time` in seconds, `beat`, `bar` and `tempo`, `bands` (the
// spectrum, 0 to 255 from low to high), `levels` (the peaks of both sides, 0 to 1), `values` (what moves, and signals, by
// name), `agents` (by name, as the layer `agent` shows them), `palette` (colours by name), and `motion` (false: nothing is
// to scroll or flash). A file whose name ends in `.hydra.js` is a sketch for Hydra.

import { pixels } from "./canvas.js";
import { SKETCH } from "./hydra.js";

const AGAIN = "loaded again for";   // the key under which a browser's tab remembers why it loaded the page again

export class OwnLayers {
  constructor(element, state) {
    this.state = state;
    this.element = element;
    this.layers = new Map();   // name -> { article, version, draw }
  }

  take(told) {
    for (const [name, layer] of this.layers) {
      if (!this.state.stage.layers.includes(name)) { layer.article.remove(); this.layers.delete(name); }
    }
    for (const [name, version] of Object.entries(told.own ?? {})) {
      if (this.layers.get(name)?.version !== version) this.load(name, version);
    }
    this.element.classList.toggle("empty", !this.layers.size);
  }

  /** Load a file, or load it again since it has changed; what it drew is drawn on until it is there. */
  async load(name, version) {
    const layer = this.layers.get(name) ?? { article: document.createElement("article"), draw: () => {} };
    layer.version = version;
    this.layers.set(name, layer);
    layer.article.className = "layer";
    this.element.append(layer.article);
    if (!version) { fail(layer, name, `there is no ${name} beside the set`); return; }
    try {
      const sketch = name.endsWith(SKETCH);
      const begin = await (sketch ? this.sketch(name, version) : import(`./own/${name}?${version}`).then((own) => own.default));
      if (layer.version !== version) return;   // it has changed meanwhile
      const canvas = (sketch && layer.canvas) || document.createElement("canvas");
      layer.article.replaceChildren(canvas);
      pixels(canvas);
      const draw = await begin(canvas);
      layer.canvas = canvas;
      layer.draw = typeof draw === "function" ? draw : () => {};
    } catch (error) {
      if (error instanceof EvalError && again(`${name} ${version}`)) return;
      fail(layer, name, String(error));
    }
  }

  /** Return what begins a sketch for Hydra on a canvas. */
  async sketch(name, version) {
    const [{ begun }, answer] = await Promise.all([import("./hydra.js"), fetch(`own/${name}?${version}`)]);
    const text = await answer.text();
    return (canvas) => begun(name, text, canvas, () => this.now(...pixels(canvas)));
  }

  draw() {
    if (!this.layers.size) return;
    for (const [name, layer] of this.layers) {
      if (!layer.canvas?.clientWidth) continue;
      try {
        layer.draw(this.now(...pixels(layer.canvas)));
      } catch (error) {
        fail(layer, name, String(error));
      }
    }
  }

  /** What a layer is told, for a canvas of so many pixels. */
  now(width, height) {
    const { state } = this;
    const time = state.heard() / state.rate, since_s = (state.heard() - (state.clock.frame ?? 0)) / state.rate;
    const beats = since_s * (state.clock.tempo ?? 0) / 60;
    return { width, height, time, beat: (state.clock.beat ?? 0) + beats, tempo: state.clock.tempo ?? 0,
      bar: (state.clock.bar ?? 0) + beats / (state.clock.beats ?? 4), bands: state.bands ?? new Uint8Array(384),
      levels: state.peaks ?? [0, 0], values: { ...state.named, ...state.values }, agents: state.agents, palette: state.palette,
      motion: state.motion };
  }
}

/** Say why a layer draws nothing, where it would be. */
function fail(layer, name, why) {
  layer.draw = () => {};
  layer.canvas = null;
  const text = document.createElement("p");
  text.className = "fault";
  text.textContent = `${name}: ${why}`;
  layer.article.replaceChildren(text);
}

/**
 * Load the page again, once for each reason, and return whether it is loaded.
 *
 * Whether functions may be made of text is decided when the page is loaded: Hydra may have come since.
 */
function again(why) {
  if (sessionStorage.getItem(AGAIN) === why) return false;
  sessionStorage.setItem(AGAIN, why);
  location.reload();
  return true;
}
