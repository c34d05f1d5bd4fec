// What moves, as it is drawn over the last minute: a lane for each, and a stream's entropy beside its temperature.

import { faint } from "./palettes.js";
import { fitted, MONO, unit } from "./canvas.js";

const MOST_SECONDS = 45, LEAST_SECONDS = 8, STILL_SECONDS = 30, MOST_LANES = 4;
const LEAST_LANE = 4, TALL_LANE = 13, PAIR = 1.5;   // in hundredths of the height, and for two curves so many times that
const BACK_S = 2;     // a time that is so much earlier is that of another performance
const STILL_S = 12;   // what has not moved for so long makes room
const HEAT = ".temperature", DOUBT = ".entropy";

export class Curves {
  constructor(element, state) {
    this.state = state;
    this.canvas = element.querySelector("canvas");
    this.filled = false;
    this.curves = new Map();   // name -> { points: [[s, value]], moved }
  }

  take(told) {
    if (!told.values) return;
    const now = this.state.heard() / this.state.rate;
    if (this.begun === undefined || now < this.begun - BACK_S) this.begun = now;
    for (const [name, value] of Object.entries(told.values)) {
      const curve = this.curves.get(name) ?? { points: [], moved: now };
      this.curves.set(name, curve);
      const last = curve.points[curve.points.length - 1];
      if (last && now < last[0] - BACK_S) curve.points.length = 0;   // another performance
      const at = curve.points.length ? Math.max(now, last[0]) : now;  // a clock that is set right goes back a little
      if (last && last[1] !== value) {
        curve.moved = now;
        if (at - last[0] > 0.3) curve.points.push([at - 0.05, last[1]]);
      }
      if (!last || last[1] !== value) curve.points.push([at, value]);
    }
    for (const name of this.curves.keys()) if (!(name in told.values)) this.curves.delete(name);
    this.filled = this.lanes(now).length > 0;
  }

  /** What is drawn: the names of the curves in each lane, the most telling lane first. */
  lanes(now) {
    // a function of `@layer` has a name without a setting, and is there to be drawn
    const weight = ([name, curve]) => (!name.includes(".") ? 4
      : name.endsWith(HEAT) || name.endsWith(DOUBT) ? 2 : 0) + (now - curve.moved < STILL_S ? 1 : 0);
    const lanes = new Map();
    const ordered = [...this.curves].map((each) => [weight(each), each[0]]).filter(([weighs]) => weighs > 0)
      .sort((a, b) => b[0] - a[0]);
    for (const [, name] of ordered) {
      const stream = name.replace(HEAT, DOUBT).endsWith(DOUBT) ? name.slice(0, name.lastIndexOf(".")) : name;
      lanes.set(stream, [...(lanes.get(stream) ?? []), name]);
    }
    return [...lanes.values()].slice(0, MOST_LANES).map((names) => names.sort().reverse());
  }

  draw() {
    const [context, width, height] = fitted(this.canvas);
    context.clearRect(0, 0, width, height);
    const now = this.state.heard() / this.state.rate, u = unit();
    const shown = this.lanes(now), room = (names) => (names.length > 1 ? PAIR : 1);
    while (shown.length > 1 && height / shown.reduce((sum, names) => sum + room(names), 0) < LEAST_LANE * u) shown.pop();
    if (!shown.length) return;
    const one = height / shown.reduce((sum, names) => sum + room(names), 0);
    const tall = one > TALL_LANE * u;   // there is room for the names above the curves
    const size = Math.max(2.1 * u, Math.min(3 * u, 0.48 * one));
    context.font = `${size}px ${MONO}`;
    context.textBaseline = "middle";
    const wide = (texts) => Math.max(...texts.map((text) => context.measureText(text).width));
    const right = tall ? width - u : width - wide([...shown.flat().map((name) => number(this.latest(name))), "0.000"]) - 1.4 * u;
    const left = tall ? 0 : wide(shown.flat()) + 1.6 * u;
    // as much as has been seen; without motion a pen moves over what stands still, and now and then takes a new half
    const { motion } = this.state, half = STILL_SECONDS / 2;
    const seen_s = Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, now - this.begun));
    const until = motion ? now : (Math.floor(now / half) + 1) * half;
    const span_s = motion ? seen_s : STILL_SECONDS;
    let top = 0;
    shown.forEach((names, order) => {
      const high = room(names) * one, texts = tall ? names.length * size * 1.3 : 0;
      const middle = top + texts + (high - texts) / 2, reach = 0.42 * (high - texts);
      names.forEach((name, at) => {
        const colour = at || (order && names.length === 1) ? this.state.palette.second : this.state.palette.accent;
        const y = tall ? top + (at + 0.6) * size * 1.3 : middle + (at - (names.length - 1) / 2) * size * 1.25;
        context.fillStyle = names.length > 1 ? colour : this.state.palette.dim;
        context.textAlign = "left";
        context.fillText(name, 0, y);
        context.fillStyle = this.state.palette.ink;
        context.textAlign = "right";
        context.fillText(number(this.latest(name)), width, y);
        this.line(context, this.curves.get(name), { left, right, middle, reach, now, until, span_s, colour, u });
      });
      top += high;
    });
    context.textAlign = "left";
  }

  latest(name) { return this.curves.get(name).points.at(-1)[1]; }

  line(context, { points }, { left, right, middle, reach, now, until, span_s, colour, u }) {
    while (points.length > 2 && points[1][0] < now - MOST_SECONDS) points.shift();
    const from = until - span_s;
    const seen = points.filter(([at], each) => at >= from || points[each + 1]?.[0] >= from
      || each === points.length - 1).map(([, value]) => value);
    const lowest = Math.min(...seen), highest = Math.max(...seen);
    // what does not move stands in the middle, and what hardly moves is not blown up
    const span = Math.max(highest - lowest, 0.02 * Math.abs(highest), 1e-3), low = (lowest + highest - span) / 2;
    const place = ([at, value]) => [left + (right - left) * (at - from) / span_s,
      middle + reach * (1 - 2 * (value - low) / span)];
    context.save();
    context.beginPath();
    context.rect(left, middle - 2 * reach, right - left + 0.3 * u, 4 * reach);
    context.clip();
    const fade = context.createLinearGradient(left, 0, right, 0);
    fade.addColorStop(0, faint(colour, 0.12));
    fade.addColorStop(0.7, faint(colour, 0.95));
    context.strokeStyle = fade;
    context.lineWidth = Math.max(2, 0.36 * u);
    context.lineJoin = "round";
    context.beginPath();
    points.forEach((point, at) => {
      const [x, y] = place(point);
      if (at) context.lineTo(x, y); else context.moveTo(x, y);
    });
    const end = place([Math.max(now, points.at(-1)[0]), points.at(-1)[1]]);
    context.lineTo(...end);
    context.stroke();
    context.restore();
    context.fillStyle = colour;
    context.beginPath();
    context.arc(...end, 0.55 * u, 0, 7);
    context.fill();
  }
}

function number(value) {
  const digits = Math.abs(value) < 10 ? 3 : Math.abs(value) < 100 ? 2 : 0;
  return value.toFixed(digits).replace("-", "−");
}
