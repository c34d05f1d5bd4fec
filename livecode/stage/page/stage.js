// The page: it hears what the stage process tells, and draws each layer that the set shows.

import { Agents } from "./agent.js";
import { coarsen } from "./canvas.js";
import { Clock } from "./clock.js";
import { Code } from "./code.js";
import { Film } from "./film.js";
import { Curves } from "./curves.js";
import { SpaceMap } from "./map.js";
import { Listening } from "./listen.js";
import { OwnLayers } from "./own.js";
import { Pace } from "./pace.js";
import { dress } from "./palettes.js";
import { Patterns } from "./patterns.js";
import { Spectrum } from "./spectrum.js";

const LAYERS = ["agent", "map", "code", "spectrum", "patterns", "curves", "clock"];
const LOST_MS = 1500;      // after so long without a word the picture grows dim
const AGAIN_MS = [250, 500, 1000, 2000];
const POINTED_MS = 3000;   // after so long without a movement of the pointer, what it is for is gone
const GONE_MS = 2500;      // a layer that has nothing to show keeps its room for so long
const ASKED = new URLSearchParams(location.search);
const MOST_FPS = Number(ASKED.get("fps")) || Infinity;

const wall = document.getElementById("wall");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** What is known of the performance. Each layer reads from it. */
const state = {
  stage: { layers: LAYERS, palette: "night", motion: true, size: 1, blackout: false, rate: 48000,
    bands: { low: 27.5, high: 16000, count: 384 } },
  agents: {}, paths: {}, values: {}, named: {}, patterns: { rows: [] }, code: {}, clock: {},
  palette: dress("night"), motion: true, rate: 48000,
  heard: () => clock.now(),
  after: (ms, act) => (clock.film ? clock.film.after(ms, act) : setTimeout(act, ms)),
  // what is drawn of the sound is so late, so that the next spectrum is always there; a film has them all
  behind_s: ASKED.has("film") ? 0 : 0.07,
};

/** The sample time that is heard, from what the stage process told and this machine's clock. */
const clock = {
  offset: null, rate: 48000,
  hear(frame, rate) {
    const at = frame - performance.now() * rate / 1000;
    const far = this.offset === null || Math.abs(at - this.offset) > rate / 4 || rate !== this.rate;
    this.rate = rate;
    // what comes late says that it is earlier than it is: believe the earliest, and forget it slowly
    this.offset = far ? at : Math.max(at, this.offset - rate * 0.00002);
  },
  now() {
    if (this.film) return this.film.frame;
    const heard = listening.heard();
    if (heard !== null) return heard;   // what is heard here is seen here
    return this.offset === null ? 0 : this.offset + performance.now() * this.rate / 1000;
  },
};

const layers = {
  agent: new Agents(document.getElementById("agent"), state),
  map: new SpaceMap(document.getElementById("map"), state),
  code: new Code(document.getElementById("code"), state),
  spectrum: new Spectrum(document.getElementById("spectrum"), state),
  patterns: new Patterns(document.getElementById("patterns"), state),
  curves: new Curves(document.getElementById("curves"), state),
  clock: new Clock(document.getElementById("clock"), state),
};

const own = new OwnLayers(document.getElementById("own"), state);
window.pages = layers;   // for who looks at the page with developer tools

// what comes

let told = 0;

function take(document_) {
  for (const [key, value] of Object.entries(document_)) state[key] = value;
  if (document_.stage) follow(document_.stage);
  for (const layer of Object.values(layers)) layer.take?.(document_);
  own.take(document_);
}

function takeSound(buffer) {
  const view = new DataView(buffer);
  if (view.getUint8(0) !== 1) return;
  const still = view.getUint8(1) !== 0;
  const count = view.getUint16(2, true);
  const frame = view.getFloat64(4, true);
  const rate = view.getFloat32(12, true);
  if (clock.film) clock.film.frame = frame; else clock.hear(frame, rate);
  state.rate = rate;
  state.peaks = [view.getFloat32(16, true), view.getFloat32(20, true)];
  state.bands = new Uint8Array(buffer, 24, count);
  layers.spectrum.hear(frame, rate, new Uint8Array(buffer, 24, count), still);
}

function follow(stage) {
  state.palette = dress(stage.palette);
  state.rate = stage.rate;
  listening.offer(stage.audio ?? false);
  state.motion = stage.motion && !calm.matches;
  document.documentElement.style.setProperty("--size", stage.size);
  document.documentElement.classList.toggle("still", !state.motion);
  wall.classList.toggle("dark", stage.blackout);
  for (const layer of Object.values(layers)) layer.dress?.();
}

/** Open a stream, again and again; return what closes it for good. */
function connect(name, hear) {
  let socket, closed = false;
  const open = (times) => {
    if (closed) return;
    const address = new URL(name, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => {
      times = 0;
      hear(event.data);
    };
    socket.onclose = () => {
      setTimeout(open, AGAIN_MS[Math.min(times, AGAIN_MS.length - 1)], times + 1);
    };
  };
  open(0);
  return () => { closed = true; socket.close(); };
}

function hearEvents(data) {
  told = performance.now();
  if (typeof data === "string") take(JSON.parse(data)); else takeSound(data);
}

const listening = window.listening = new Listening(document.getElementById("listen"), connect);
let pointed;
addEventListener("pointermove", () => {   // the button is there while the pointer moves, and not for the room
  document.documentElement.classList.add("pointed");
  clearTimeout(pointed);
  pointed = setTimeout(() => document.documentElement.classList.remove("pointed"), POINTED_MS);
});

// what is drawn

const filledAt = {};

/** Give room to the layers that are shown and have something to show. */
function arrange(now) {
  for (const name of LAYERS) {
    if (layers[name].filled) filledAt[name] = now;
    const filled = now - (filledAt[name] ?? -Infinity) < GONE_MS;
    const away = !state.stage.layers.includes(name) || !filled;
    layers[name].away = away;
    document.getElementById(name).classList.toggle("away", away);
  }
  wall.classList.toggle("bare", LAYERS.every((name) => layers[name].away));
  for (const section of wall.children) {
    if (section.id === "own") continue;   // it knows by itself whether it is empty
    const empty = [...section.children].every((each) => each.classList.contains("away"));
    section.classList.toggle("empty", empty);
  }
}

const pace = window.pace = new Pace();   // this one, too, is for who looks with developer tools

/** Come back for the next frame, but not more often than the address asks for: `?fps=15`. */
function again(now) {
  if (MOST_FPS === Infinity) requestAnimationFrame(draw);
  else setTimeout(() => requestAnimationFrame(draw), 1000 / MOST_FPS - (performance.now() - now));
}

function draw(now) {
  if (clock.film) { paint(now); return; }
  again(now);
  if (MOST_FPS === Infinity && !pace.due(now)) return;
  coarsen(pace.share);
  wall.classList.toggle("lost", now - told > LOST_MS);
  paint(now);
}

function paint(now) {
  if (state.stage.blackout) return;
  arrange(now);
  for (const layer of Object.values(layers)) if (!layer.away) layer.draw(now);
  own.draw();
}

calm.addEventListener("change", () => follow(state.stage));
if (ASKED.has("film")) {
  clock.film = window.film = new Film(take, takeSound, draw);
} else {
  connect("events", hearEvents);
  requestAnimationFrame(draw);
}
