// The sounding spectrum: time drifts from the right to the left, pitch rises, and loud is bright.

import { rgb } from "./palettes.js";
import { fitted, MONO, unit } from "./canvas.js";

const COLUMNS = 1024, ROWS = 512;   // of the memory: 34 s of 30 columns a second, and the bands
const COLUMNS_A_SECOND = 30;
const EDGE = 0.06;                  // the share of the width in which the present stands
const QUIET = 0.3, LOUD = 0.92;     // levels that are black and white
const MOST_GAIN = 0.25;
const FALL = 3;                    // without motion a level falls by so much a spectrum: 32 dB a second
const TILT_DB = 2.5;               // an octave, around 440 Hz

const VERTEX = `
attribute vec2 corner;
varying vec2 place;
void main() { place = corner * 0.5 + 0.5; gl_Position = vec4(corner, 0.0, 1.0); }`;

const FRAGMENT = `
precision highp float;
varying vec2 place;
uniform sampler2D sound;
uniform float head, columns, bands, edge, gain, quiet, loud, still, begin;
uniform vec3 heat[5];
vec3 hot(float x) {
  x = clamp(x, 0.0, 1.0) * 4.0;
  vec3 c = mix(heat[0], heat[1], clamp(x, 0.0, 1.0));
  c = mix(c, heat[2], clamp(x - 1.0, 0.0, 1.0));
  c = mix(c, heat[3], clamp(x - 2.0, 0.0, 1.0));
  return mix(c, heat[4], clamp(x - 3.0, 0.0, 1.0));
}
float level(float column, float y) {
  float raw = texture2D(sound, vec2(fract((column + 0.5) / ${COLUMNS}.0), y * bands / ${ROWS}.0)).r;
  return smoothstep(quiet, loud, raw + gain * step(0.02, raw));
}
void main() {
  float now = 1.0 - edge;
  float x = place.x, y = place.y;
  vec3 colour;
  if (x < now && still < 0.5) {
    float age = (now - x) / now;
    // the past grows dim, and is gone where the scale stands
    colour = hot(level(head - age * columns, y)) * mix(1.0, 0.4, age * age) * smoothstep(begin, begin + 0.06, x);
  } else {
    float start = still < 0.5 ? now : begin;
    float reach = level(head, y);
    float at = (x - start) / (1.0 - start);
    colour = hot(reach) * smoothstep(reach + 0.01, reach - 0.04, at) * mix(1.0, 0.55, at) * step(0.0, at);
  }
  gl_FragColor = vec4(colour, 1.0);
}`;

export class Spectrum {
  constructor(element, state) {
    this.state = state;
    this.element = element;
    this.canvas = element.querySelector("canvas");
    this.scale = document.createElement("canvas");
    element.append(this.scale);
    this.memory = new Uint8Array(COLUMNS * ROWS);   // row by row
    this.calm = null;                               // bands without motion: they fall slowly
    this.newest = null;                             // number of the newest column
    this.highest = 0.5;
    this.filled = false;
    this.bands = 384;
    this.painter = paint(this.canvas, new URLSearchParams(location.search).has("canvas"));
    this.canvas.dataset.painter = this.painter.name;
    this.canvas.addEventListener("webglcontextlost", () => this.replaceCanvas());
  }

  /** Take in one spectrum, 0 to 255 by band, of a sample time. */
  hear(frame, rate, bands, still) {
    this.filled = true;
    this.bands = bands.length;
    const column = Math.floor(frame / rate * COLUMNS_A_SECOND);
    const from = this.newest === null || column - this.newest > COLUMNS || column < this.newest - 2
      ? column : Math.min(this.newest + 1, column);
    const gap = column - from;
    if (this.state.motion || still) this.calm = null;
    else {
      bands = bands.map((level, y) => Math.max(level, (this.calm?.[y] ?? 0) - FALL));
      this.calm = bands;
    }
    for (let each = from; each <= column; each++) {
      // what was not told is a line between what was told before and after it
      const share = this.before && !still ? (each - from + 1) / (gap + 1) : 1;
      this.put(each, share === 1 ? bands : bands.map((level, y) => this.before[y] + share * (level - this.before[y])), still);
    }
    this.before = still ? null : bands.slice();
    this.newest = Math.max(column, from);
    let most = 0;
    for (const each of bands) if (each > most) most = each;
    const rises = most / 255 > this.highest;
    this.highest += (rises ? 0.2 : 0.004) * (most / 255 - this.highest);
  }

  /** Return what is added to a level at a height of 0 to 1: as loud as it is heard, and not as it measures. */
  tilt(y) {
    const { low, high } = this.state.stage.bands;
    return TILT_DB * (y * Math.log2(high / low) - Math.log2(440 / low)) * 255 / 90;
  }

  put(column, bands, still) {
    const x = ((column % COLUMNS) + COLUMNS) % COLUMNS;
    for (let y = 0; y < bands.length; y++) {
      const lit = !still && bands[y] > 4;
      this.memory[y * COLUMNS + x] = lit ? Math.min(255, Math.max(5, bands[y] + this.tilt(y / bands.length))) : 0;
    }
    this.painter.put(x, bands.length, this.memory);
  }

  dress() {
    this.painter.dress(this.state.palette.heat, this.memory, this.bands);
    this.drawnScale = "";
  }

  draw() {
    const [, width, height] = [null, this.canvas.clientWidth, this.canvas.clientHeight];
    if (!width || this.newest === null) return;
    const column = (this.state.heard() / this.state.rate - this.state.behind_s) * COLUMNS_A_SECOND;
    const gain = Math.min(Math.max(0.86 - this.highest, 0), MOST_GAIN);
    const columns = Math.min(COLUMNS - 8, Math.max(240, width / 1.3));
    this.painter.draw({ head: Math.min(column, this.newest), columns, bands: this.bands, gain,
      still: this.state.motion ? 0 : 1, edge: EDGE, begin: this.gutter(width) });
    this.drawScale(width, height);
  }

  /** Return the share of the width that the scale takes. */
  gutter(width) { return Math.min(0.2, 7.8 * unit() / width); }

  /** Write a few frequencies at the left, where the past ends. */
  drawScale(width, height) {
    const { low, high } = this.state.stage.bands;
    const key = [width, height, low, high, this.state.stage.palette, this.state.stage.size].join();
    if (key === this.drawnScale) return;
    this.drawnScale = key;
    const [context] = fitted(this.scale);
    context.clearRect(0, 0, width, height);
    const size = 2.1 * unit();
    context.font = `${size}px ${MONO}`;
    context.fillStyle = this.state.palette.dim;
    context.textBaseline = "middle";
    for (const [freq, text] of [[55, "55"], [220, "220"], [880, "880"], [3520, "3.5k"], [14080, "14k"]]) {
      const y = height * (1 - Math.log(freq / low) / Math.log(high / low));
      if (y > size && y < height - size / 2) context.fillText(text, 2.2 * unit(), y);
    }
  }

  replaceCanvas() {
    const other = document.createElement("canvas");
    this.canvas.replaceWith(other);
    this.canvas = other;
    this.painter = paint(other, true);
    other.dataset.painter = this.painter.name;
    this.dress();
  }
}

/** Return what paints the memory: by WebGL, or on a plain canvas where there is none. */
function paint(canvas, plain) {
  if (!plain) {
    try {
      const gl = canvas.getContext("webgl", { antialias: false, alpha: false, powerPreference: "low-power" });
      if (gl) return new ByShader(canvas, gl);
    } catch { /* a driver that cannot compile it */ }
    if (canvas.getContext("webgl")) {   // it has a context that is of no use
      const other = document.createElement("canvas");
      canvas.replaceWith(other);
      return new ByCanvas(other);
    }
  }
  return new ByCanvas(canvas);
}

class ByShader {
  name = "webgl";

  constructor(canvas, gl) {
    this.canvas = canvas;
    this.gl = gl;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    gl.useProgram(program);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
    const corner = gl.getAttribLocation(program, "corner");
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
    this.at = (name) => gl.getUniformLocation(program, name);
    this.places = Object.fromEntries(
      ["head", "columns", "bands", "edge", "gain", "quiet", "loud", "still", "begin", "heat"]
        .map((name) => [name, this.at(name)]));
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.LUMINANCE, COLUMNS, ROWS, 0, gl.LUMINANCE, gl.UNSIGNED_BYTE, null);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.REPEAT);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    this.column = new Uint8Array(ROWS);
  }

  put(x, count, memory) {
    for (let y = 0; y < count; y++) this.column[y] = memory[y * COLUMNS + x];
    const gl = this.gl;
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, 0, 1, ROWS, gl.LUMINANCE, gl.UNSIGNED_BYTE, this.column);
  }

  dress(heat) {
    this.gl.uniform3fv(this.places.heat, heat.flatMap((colour) => rgb(colour).map((part) => part / 255)));
  }

  draw(shown) {
    fitted(this.canvas, "webgl", true);
    const gl = this.gl;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    // a column is a whole number of turns of the memory away: floats keep fractions of small numbers
    const values = { ...shown, head: shown.head % COLUMNS, quiet: QUIET, loud: LOUD };
    for (const [name, value] of Object.entries(values)) gl.uniform1f(this.places[name], value);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }
}

class ByCanvas {
  name = "canvas";

  constructor(canvas) {
    this.canvas = canvas;
    this.image = document.createElement("canvas");
    this.image.width = COLUMNS;
    this.image.height = ROWS;
    this.drawn = this.image.getContext("2d");
    this.colours = new Uint8ClampedArray(256 * 4);
    this.gain = 0;
    this.dress(["#000000", "#111111", "#555555", "#bbbbbb", "#ffffff"], null, 0);
  }

  put(x, count, memory) {
    this.memory = memory;
    const column = new ImageData(1, count);
    for (let y = 0; y < count; y++) {
      const colour = this.colour(memory[y * COLUMNS + x]);
      column.data.set(this.colours.subarray(colour, colour + 4), (count - 1 - y) * 4);
    }
    this.drawn.putImageData(column, x, ROWS - count);
    this.last = { x, count };
  }

  colour(level) {
    return 4 * Math.min(255, level + (level > 5 ? Math.round(this.gain * 255) : 0));
  }

  dress(heat, memory, count) {
    const stops = heat.map(rgb);
    for (let level = 0; level < 256; level++) {
      const share = Math.min(Math.max((level / 255 - QUIET) / (LOUD - QUIET), 0), 1);
      const x = share * share * (3 - 2 * share) * 4, at = Math.min(3, Math.floor(x));
      for (let part = 0; part < 3; part++) {
        this.colours[4 * level + part] = stops[at][part] + (x - at) * (stops[at + 1][part] - stops[at][part]);
      }
      this.colours[4 * level + 3] = 255;
    }
    if (memory) for (let x = 0; x < COLUMNS; x++) this.put(x, count, memory);
  }

  draw({ head, columns, bands, gain, still, edge, begin }) {
    this.gain = gain;
    const [context, width, height] = fitted(this.canvas, "2d", true);
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    const now = width * (still ? begin : 1 - edge), top = ROWS - bands;
    if (!still) {
      const first = head - columns;
      let from = Math.floor(first), x = (from - first) / columns * now;
      while (from < head) {
        const start = ((from % COLUMNS) + COLUMNS) % COLUMNS;
        const count = Math.min(COLUMNS - start, Math.ceil(head) - from);
        const wide = count / columns * now;
        context.drawImage(this.image, start, top, count, bands, x, 0, Math.min(wide, now - x), height);
        from += count;
        x += wide;
      }
      const veil = context.createLinearGradient(0, 0, now, 0);
      veil.addColorStop(0, "#000");
      veil.addColorStop(begin / (1 - edge), "#000");
      veil.addColorStop((begin + 0.06) / (1 - edge), "rgba(0, 0, 0, 0.5)");
      veil.addColorStop(0.7, "rgba(0, 0, 0, 0)");
      context.fillStyle = veil;
      context.fillRect(0, 0, now, height);
    }
    const x = ((Math.floor(head) % COLUMNS) + COLUMNS) % COLUMNS;
    const high = height / bands;
    for (let y = 0; y < bands && this.memory; y++) {
      const colour = this.colour(this.memory[(bands - 1 - y) * COLUMNS + x]);
      const [r, g, b] = this.colours.subarray(colour, colour + 3);
      const reach = (r + g + b) / 765 * (width - now);
      if (reach > 0.5) {
        context.fillStyle = `rgb(${r}, ${g}, ${b})`;
        context.fillRect(now, y * high, reach, high + 0.5);
      }
    }
  }
}
