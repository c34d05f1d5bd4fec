// Sketches for Hydra, which is not part of livecode: a performer may put `hydra-synth.js` beside the set.
//
// A sketch is a file such as `waves.hydra.js`, written as in Hydra's own editor. It finds Hydra's functions, and what
// sounds: `bands`, `levels`, `beat`, `bar`, `tempo`, `a.fft`, `values`, `agents`, `palette`, and each signal by its name.

export const SKETCH = ".hydra.js";

const LIBRARY = "hydra-synth.js";
const APART_BEATS = 0.02;   // Hydra's time is set right where its beat is further from ours
const QUIET = 0.25;         // the level that counts as silence for `a.fft`, 0 to 1

let library = null;   // a promise of Hydra's constructor

/** Load the library that lies beside the set, once. */
function loaded() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `own/${LIBRARY}`;
    script.onload = () => (typeof window.Hydra === "function" ? resolve(window.Hydra)
      : reject(new Error(`${LIBRARY} does not make Hydra known`)));
    script.onerror = () => reject(new Error(`put ${LIBRARY} beside the set; it is not part of livecode`));
    document.head.append(script);
  });
  library.catch(() => { library = null; });   // it may be there when it is asked for again
  return library;
}

/** What `a` is in a sketch: the spectrum in a few bins, with the names that Hydra gives them. */
class Sound {
  constructor() {
    Object.assign(this, { smooth: 0.4, scale: 10, cutoff: 2, vol: 0 });
    this.setBins(4);
  }

  setBins(count) {
    this.fft = new Array(count).fill(0);
    this.prevBins = new Array(count).fill(0);
    this.bins = new Array(count).fill(0);
  }

  setSmooth(share) { this.smooth = share; }
  setScale(scale) { this.scale = scale; }
  setCutoff(cutoff) { this.cutoff = cutoff; }
  show() {}   // its picture of the bins would lie on the page
  hide() {}

  take(bands) {
    const wide = bands.length / this.bins.length;
    this.prevBins = this.bins.slice();
    this.vol = 0;
    for (let bin = 0; bin < this.bins.length; bin++) {
      const part = bands.slice(Math.floor(bin * wide), Math.floor((bin + 1) * wide)).sort();
      const loud = part.slice(-Math.ceil(part.length / 6));   // what stands out, and not what is between
      const level = loud.reduce((sum, each) => sum + each, 0) / (255 * loud.length);
      const now = 12 * Math.max(0, level - QUIET) / (1 - QUIET);
      this.bins[bin] = this.smooth * this.prevBins[bin] + (1 - this.smooth) * now;
      this.fft[bin] = Math.min(1, Math.max(0, (this.bins[bin] - this.cutoff) / this.scale));
      this.vol += this.bins[bin] / this.bins.length;
    }
  }
}

/** The names that a sketch finds: those of what sounds, and each signal by its own. */
class Names {
  constructor() {
    this.sound = new Sound();
    this.now = null;
    this.scope = new Proxy(Object.create(null), {
      has: (_, name) => typeof name === "string" && this.find(name) !== undefined,
      get: (_, name) => (typeof name === "string" ? this.find(name) : undefined),
    });
  }

  take(now) {
    this.now = now;
    this.sound.take(now.bands);
  }

  find(name) {
    if (name === "a") return this.sound;
    const { now } = this;
    if (!now) return undefined;
    if (["bands", "levels", "beat", "bar", "tempo", "values", "agents", "palette"].includes(name)) return now[name];
    if (name in window) return undefined;   // Hydra's own, and what a browser has
    if (Object.hasOwn(now.values, name)) return now.values[name];
    const settings = Object.entries(now.values).filter(([key]) => key.startsWith(`${name}.`))
      .map(([key, value]) => [key.slice(name.length + 1), value]);
    return settings.length || name in now.agents ? { ...now.agents[name], ...Object.fromEntries(settings) } : undefined;
  }
}

/** Hydra on one canvas of the page; there is one, since it makes its functions known to the whole page. */
class Running {
  constructor(Hydra, canvas) {
    const { width, height } = canvas;
    this.hydra = new Hydra({ canvas, width, height, autoLoop: false, makeGlobal: true, detectAudio: false,
      enableStreamCapture: false });
    this.names = new Names();
    this.size = [width, height].join();
    this.before = null;
  }

  get synth() { return this.hydra.synth ?? this.hydra; }

  async begin(text, now) {
    this.names.take(now);
    this.keepTime(now, 0);
    this.synth.hush?.();
    // it is code of the performer's, as it is in the editor of Hydra; the policy of the page lets it be made only
    // where the library is
    const run = new Function("scope", `with (scope) { return (async () => {\n${text}\n})(); }`);
    await run(this.names.scope);
  }

  draw(now) {
    this.names.take(now);
    const size = [now.width, now.height].join();
    if (size !== this.size) { this.size = size; this.hydra.setResolution?.(now.width, now.height); }
    const since_s = this.before === null ? 0 : Math.max(0, now.time - this.before);
    this.keepTime(now, since_s);
    this.hydra.tick(since_s * 1000);
    this.before = now.time;
  }

  /** Let Hydra's arrays, such as `[1, 2].fast(2)`, go on with the beat, once so many seconds more have passed. */
  keepTime(now, since_s) {
    const { synth } = this;
    if (!now.tempo) return;
    synth.bpm = now.tempo;
    if (window.bpm !== undefined) window.bpm = now.tempo;
    const apart = now.beat - ((synth.time ?? 0) + since_s) * now.tempo / 60, off = apart - Math.round(apart);
    if (Math.abs(off) > APART_BEATS) synth.time = Math.max(0, (synth.time ?? 0) + off * 60 / now.tempo);
  }
}

let running = null;   // { name, canvas, hydra }

/** Return what draws a sketch on its canvas, once it has begun. */
export async function begun(name, text, canvas, now) {
  if (running && running.name !== name && running.canvas.isConnected) {
    throw new Error(`${running.name} is shown already, and there is one Hydra on the page`);
  }
  if (!running || running.canvas !== canvas) {
    running = { name, canvas, hydra: new Running(await loaded(), canvas) };
  }
  running.name = name;
  const { hydra } = running;
  await hydra.begin(text, now());
  return (each) => hydra.draw(each);
}
