// Patterns as bars of events that drift towards a play head; what sounds is bright.

import { faint } from "./palettes.js";
import { fitted, MONO, unit } from "./canvas.js";

const PAST_S = 3.2, AHEAD_S = 2;    // what is seen on both sides of the play head
const MOST_ROWS = 6, MOST_LANES = 5;
const LEAST_WORD = 1.9;             // smaller words are not written, in hundredths of the height

export class Patterns {
  constructor(element, state) {
    this.state = state;
    this.canvas = element.querySelector("canvas");
    this.filled = false;
    this.rows = new Map();   // name and setting -> { lanes, events }
  }

  take(told) {
    if (!told.patterns) return;
    const known = new Set();
    const now = this.state.heard();
    for (const { name, setting, events } of told.patterns.rows ?? []) {
      const key = setting === "pattern" ? name : `${name}.${setting}`;
      known.add(key);
      const row = this.rows.get(key) ?? { events: new Map(), lanes: [] };
      this.rows.set(key, row);
      for (const [at, event] of row.events) if (event.begin > now) row.events.delete(at);   // told anew
      for (const [begin, end, text] of events) {
        for (const event of row.events.values()) {   // of a pattern that was changed while it sounds
          if (event.text === text && event.begin < begin && begin < event.end) event.end = begin;
        }
        row.events.set(`${begin} ${text}`, { begin, end, text });
        if (!row.lanes.includes(text) && row.lanes.length < MOST_LANES) row.lanes.push(text);
      }
    }
    for (const [key, row] of this.rows) {
      if (known.has(key)) continue;
      for (const [at, event] of row.events) if (event.begin > now) row.events.delete(at);
    }
    this.filled = known.size > 0;
  }

  draw() {
    const { palette, rate, motion } = this.state;
    const [context, width, height] = fitted(this.canvas);
    context.clearRect(0, 0, width, height);
    const now = this.state.heard(), u = unit();
    for (const [key, row] of this.rows) {
      for (const [at, event] of row.events) if (event.end < now - PAST_S * rate) row.events.delete(at);
      if (!row.events.size) this.rows.delete(key);
    }
    const rows = [...this.rows].slice(0, MOST_ROWS);
    if (!rows.length) return;
    const each = height / rows.length;
    const size = Math.min(each * 0.6, Math.max(2.1 * u, Math.min(3.4 * u, each * 0.14)));
    context.font = `${size}px ${MONO}`;
    const names = rows.map(([key]) => key.slice(0, 14));
    const left = Math.max(...names.map((name) => context.measureText(name).width)) + 2 * u;
    const wide = width - left, [begin, end] = this.window(now, motion);
    const place = (frame) => left + (frame - begin) / (end - begin) * wide;
    this.drawBars(context, place, begin, end, height);
    const high = height / rows.length;
    rows.forEach(([, row], order) => {
      const top = order * high, gap = Math.min(0.8 * u, high * 0.12);
      context.fillStyle = palette.dim;
      context.textBaseline = "middle";
      context.fillText(names[order], 0, top + high / 2);
      const lanes = Math.max(1, row.lanes.length), lane = (high - 2 * gap) / lanes;
      const word = Math.min(0.5 * lane, 3.4 * u);   // what a bar is called, where there is room for it
      for (const event of row.events.values()) {
        const from = Math.max(place(event.begin), left), to = Math.min(place(event.end), width);
        if (to <= from) continue;
        const sounds = event.begin <= now && now < event.end;
        context.fillStyle = sounds ? palette.accent : faint(palette.second, event.begin > now ? 0.6 : 0.3);
        const y = top + gap + Math.max(0, row.lanes.indexOf(event.text)) * lane;
        context.fillRect(from, y + lane * 0.1, Math.max(to - from - 0.22 * u, 1.5), lane * 0.8);
        const fits = Math.min(word, (to - from - 1.2 * u) / (0.602 * event.text.length));
        if (fits < LEAST_WORD * u) continue;
        context.font = `${fits}px ${MONO}`;
        context.fillStyle = event.begin > now || sounds ? palette.ground : palette.ink;
        context.fillText(event.text, from + 0.6 * u, y + lane / 2);
        context.font = `${size}px ${MONO}`;
      }
    });
    context.fillStyle = palette.ink;
    context.fillRect(place(now) - 0.09 * u, 0, 0.18 * u, height);
  }

  /** What is seen: it drifts, or without motion it is the present bar, over which the play head steps. */
  window(now, motion) {
    const { rate, clock } = this.state;
    if (motion || !clock.tempo) return [now - PAST_S * rate, now + AHEAD_S * rate];
    const bar = clock.beats * 60 / clock.tempo * rate;
    const line = clock.frame - (clock.bar % 1) * bar;
    const begin = line + Math.floor((now - line) / bar) * bar;
    return [begin, begin + bar];
  }

  drawBars(context, place, begin, end, height) {
    const { clock, rate, palette } = this.state;
    if (!clock.tempo || !clock.beats) return;
    const beat = 60 / clock.tempo * rate, first = clock.frame - (clock.bar % 1) * clock.beats * beat;
    for (let number = Math.ceil((begin - first) / beat); first + number * beat <= end; number++) {
      const isBar = ((number % clock.beats) + clock.beats) % clock.beats < 0.01;
      context.fillStyle = faint(palette.ink, isBar ? 0.34 : 0.12);
      context.fillRect(place(first + number * beat), 0, 1, height);
    }
  }
}
