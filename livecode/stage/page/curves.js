// What moves, as it is drawn over the last minute: temperatures first, then other settings.

import { faint } from "./palettes.js";
import { fitted, MONO, unit } from "./canvas.js";

const SECONDS = 45, MOST = 4;
const STILL_S = 12;   // what has not moved for so long makes room

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
    for (const [name, value] of Object.entries(told.values)) {
      const curve = this.curves.get(name) ?? { points: [], moved: now };
      this.curves.set(name, curve);
      const last = curve.points[curve.points.length - 1];
      if (last && last[1] !== value) {
        curve.moved = now;
        if (now - last[0] > 0.3) curve.points.push([now - 0.05, last[1]]);
      }
      if (!last || last[1] !== value) curve.points.push([now, value]);
    }
    for (const name of this.curves.keys()) if (!(name in told.values)) this.curves.delete(name);
    this.filled = this.shown(now).length > 0;
  }

  shown(now) {
    // a function of `@layer` has a name without a setting, and is there to be drawn
    const weight = ([name, curve]) => (!name.includes(".") ? 4 : name.endsWith(".temperature") || name.endsWith(".entropy") ? 2 : 0)
      + (now - curve.moved < STILL_S ? 1 : 0);
    return [...this.curves].filter((each) => weight(each) > 0)
      .sort((a, b) => weight(b) - weight(a)).slice(0, MOST);
  }

  draw() {
    const { palette } = this.state;
    const [context, width, height] = fitted(this.canvas);
    context.clearRect(0, 0, width, height);
    const now = this.state.heard() / this.state.rate, u = unit(), shown = this.shown(now);
    if (!shown.length) return;
    const high = height / shown.length, size = Math.min(high * 0.5, Math.max(2.1 * u, Math.min(3.4 * u, high * 0.14)));
    context.font = `${size}px ${MONO}`;
    context.textBaseline = "middle";
    const right = context.measureText("−00.000").width + 1.2 * u;
    const names = shown.map(([name]) => name);
    const left = Math.max(...names.map((name) => context.measureText(name).width)) + 1.6 * u;
    shown.forEach(([name, curve], order) => {
      const points = curve.points;
      while (points.length > 2 && points[1][0] < now - SECONDS) points.shift();
      const values = points.map(([, value]) => value);
      const lowest = Math.min(...values), span = Math.max(Math.max(...values) - lowest, 1e-3);
      const low = (lowest + Math.max(...values) - span) / 2;   // what does not move stands in the middle
      const middle = order * high + high / 2, reach = high * 0.36;
      const place = ([at, value]) => [left + (width - right - left) * (1 - (now - at) / SECONDS),
        middle + reach * (1 - 2 * (value - low) / span)];
      const colour = order ? palette.second : palette.accent;
      context.fillStyle = palette.dim;
      context.textAlign = "left";
      context.fillText(name, 0, middle);
      context.save();
      context.beginPath();
      context.rect(left, order * high, width - left - right + 0.3 * u, high);
      context.clip();
      const fade = context.createLinearGradient(left, 0, width - right, 0);
      fade.addColorStop(0, faint(colour, 0.15));
      fade.addColorStop(0.7, faint(colour, 0.9));
      context.strokeStyle = fade;
      context.lineWidth = 0.32 * u;
      context.lineJoin = "round";
      context.beginPath();
      points.forEach((point, at) => {
        const [x, y] = place(point);
        if (at) context.lineTo(x, y); else context.moveTo(x, y);
      });
      const last = points[points.length - 1];
      context.lineTo(...place([now, last[1]]));
      context.stroke();
      context.restore();
      const [x, y] = place([now, last[1]]);
      context.fillStyle = colour;
      context.beginPath();
      context.arc(x, y, 0.42 * u, 0, 7);
      context.fill();
      context.fillStyle = palette.ink;
      context.textAlign = "right";
      context.fillText(number(last[1]), width, middle);
    });
    context.textAlign = "left";
  }
}

function number(value) {
  const digits = Math.abs(value) < 10 ? 3 : Math.abs(value) < 100 ? 2 : 0;
  return value.toFixed(digits).replace("-", "−");
}
