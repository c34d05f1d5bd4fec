// Layers of the performer's own: files beside the set, each a function that draws on a canvas.
//
//     export default function begin(canvas) {
//       const c = canvas.getContext("2d");
//       return (now) => { … };                  // is called for each picture
//     }
//
// `now` holds `width` and `height` of the canvas in pixels, `time` in seconds, `beat`, `bar` and `tempo`, `bands` (the
// spectrum, 0 to 255 from low to high), `levels` (the peaks of both sides, 0 to 1), `values` (what moves, by name),
// `agents` (by name, as the layer `agent` shows them), and `palette` (colours by name).

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
      const module = await import(`./own/${name}?${version}`);
      if (layer.version !== version) return;   // it has changed meanwhile
      const canvas = document.createElement("canvas");
      layer.article.replaceChildren(canvas);
      fit(canvas);
      const draw = await module.default(canvas);
      layer.canvas = canvas;
      layer.draw = typeof draw === "function" ? draw : () => {};
    } catch (error) {
      fail(layer, name, String(error));
    }
  }

  draw() {
    if (!this.layers.size) return;
    const { state } = this;
    const time = state.heard() / state.rate, since_s = (state.heard() - (state.clock.frame ?? 0)) / state.rate;
    const beats = since_s * (state.clock.tempo ?? 0) / 60;
    for (const [name, layer] of this.layers) {
      if (!layer.canvas?.clientWidth) continue;
      const [width, height] = fit(layer.canvas);
      try {
        layer.draw({ width, height, time, beat: (state.clock.beat ?? 0) + beats, tempo: state.clock.tempo ?? 0,
          bar: (state.clock.bar ?? 0) + beats / (state.clock.beats ?? 4), bands: state.bands ?? new Uint8Array(384),
          levels: state.peaks ?? [0, 0], values: state.values, agents: state.agents, palette: state.palette });
      } catch (error) {
        fail(layer, name, String(error));
      }
    }
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

/** Let a canvas have as many pixels as the screen shows of it; return them. */
function fit(canvas) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  return [width, height];
}
