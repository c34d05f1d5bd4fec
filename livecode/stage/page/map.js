// The paths of agents over the map of their space: new is bright, old fades into the dark.

import { faint } from "./palettes.js";
import { fitted, MONO, unit } from "./canvas.js";

const GLIDE = 0.25;   // how fast the dot follows the agent: a share of the way in each frame

export class SpaceMap {
  constructor(element, state) {
    this.state = state;
    this.canvas = element.querySelector("canvas");
    this.filled = false;
    this.dots = new Map();
  }

  take(told) {
    if (told.paths) this.filled = Object.values(told.paths).some((path) => path.way.length > 1);
  }

  draw() {
    const [context, width, height] = fitted(this.canvas);
    context.clearRect(0, 0, width, height);
    const u = unit(), { palette } = this.state;
    const edge = 1.6 * u, foot = 3.4 * u;
    const side = { left: edge, top: edge, wide: width - 2 * edge, high: height - edge - foot };
    const at = ([x, y]) => [side.left + x * side.wide, side.top + (1 - y) * side.high];
    context.lineCap = context.lineJoin = "round";
    const paths = Object.entries(this.state.paths);
    const first = paths[0]?.[1];
    if (!first) return;
    this.drawGround(context, side, first, at, u);
    paths.forEach(([name, path], order) => this.drawPath(context, name, path, at, u, order));
    context.font = `${1.8 * u}px ${MONO}`;
    context.fillStyle = palette.dim;
    context.textBaseline = "bottom";
    context.fillText(first.across, edge, height - 0.2 * u);
  }

  /** Mark where the sounds of the space lie, and the middle of it. */
  drawGround(context, side, path, at, u) {
    const { palette } = this.state;
    context.fillStyle = faint(palette.second, 0.55);
    for (const point of path.sounds ?? []) {
      const [x, y] = at(point);
      context.fillRect(x - 0.18 * u, y - 0.18 * u, 0.36 * u, 0.36 * u);
    }
    if (path.sounds?.length) return;
    context.fillStyle = faint(palette.ink, 0.16);
    for (let row = 0; row <= 8; row++) {
      for (let column = 0; column <= 8; column++) {
        const [x, y] = at([column / 8, row / 8]);
        context.fillRect(x - 0.1 * u, y - 0.1 * u, 0.2 * u, 0.2 * u);
      }
    }
  }

  drawPath(context, name, path, at, u, order) {
    const { palette } = this.state;
    const colour = order ? palette.second : palette.accent;
    const points = path.way.map(at);
    if (!points.length) return;
    for (let each = 1; each < points.length; each++) {
      const share = each / points.length;
      context.strokeStyle = faint(colour, 0.06 + 0.75 * share * share);
      context.lineWidth = (0.16 + 0.34 * share) * u;
      context.beginPath();
      context.moveTo(...points[each - 1]);
      context.lineTo(...points[each]);
      context.stroke();
    }
    const goal = points[points.length - 1];
    const before = this.dots.get(name) ?? goal;
    const share = this.state.motion ? GLIDE : 1;
    const dot = before.map((part, axis) => part + share * (goal[axis] - part));
    this.dots.set(name, dot);
    const halo = context.createRadialGradient(...dot, 0, ...dot, 3.2 * u);
    halo.addColorStop(0, faint(colour, 0.45));
    halo.addColorStop(1, faint(colour, 0));
    context.fillStyle = halo;
    context.beginPath();
    context.arc(...dot, 3.2 * u, 0, 7);
    context.fill();
    context.fillStyle = palette.ink;
    context.beginPath();
    context.arc(...dot, 0.7 * u, 0, 7);
    context.fill();
  }
}
