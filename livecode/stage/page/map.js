// The paths of agents over the map of their space: new is bright, old fades, and sounds nearby light up.

import { faint } from "./palettes.js";
import { fitted, MONO, unit } from "./canvas.js";

const GLIDE = 0.25;    // how fast the dot follows the agent: a share of the way in each frame
const NEAR = 0.13;     // of the side of the map: sounds that are so near are lit

export class SpaceMap {
  constructor(element, state) {
    this.state = state;
    this.canvas = element.querySelector("canvas");
    this.filled = false;
    this.dots = new Map();   // name -> [x, y], 0 to 1
  }

  take(told) {
    if (told.paths) this.filled = Object.values(told.paths).some((path) => path.way.length > 1);
  }

  draw() {
    const [context, width, height] = fitted(this.canvas);
    context.clearRect(0, 0, width, height);
    const u = unit(), { palette } = this.state;
    const edge = 1.6 * u, foot = 3.6 * u;
    const side = { left: edge, top: edge, wide: width - 2 * edge, high: height - edge - foot };
    const at = ([x, y]) => [side.left + x * side.wide, side.top + (1 - y) * side.high];
    context.lineCap = context.lineJoin = "round";
    const paths = Object.entries(this.state.paths);
    const first = paths[0]?.[1];
    if (!first) return;
    for (const [name, path] of paths) this.follow(name, path);
    for (const name of this.dots.keys()) if (!(name in this.state.paths)) this.dots.delete(name);
    this.drawGround(context, first, at, u);
    paths.forEach(([name, path], order) => this.drawPath(context, name, path, at, u, order));
    context.font = `${2.1 * u}px ${MONO}`;
    context.fillStyle = palette.dim;
    context.textBaseline = "bottom";
    context.fillText(first.across, edge, height - 0.2 * u);
  }

  /** Let the dot of an agent glide to where the agent is. */
  follow(name, path) {
    const goal = path.way[path.way.length - 1];
    if (!goal) return;
    const before = this.dots.get(name) ?? goal, share = this.state.motion ? GLIDE : 1;
    this.dots.set(name, before.map((part, axis) => part + share * (goal[axis] - part)));
  }

  /** Mark where the sounds of the space lie, or else the ground itself. */
  drawGround(context, path, at, u) {
    const { palette } = this.state;
    const dots = [...this.dots.values()], [, top] = at([0, 1]), [, foot] = at([0, 0]);
    const size = 0.2 * u + 0.0022 * (foot - top);   // larger on a map that has much room
    for (const point of path.sounds ?? []) {
      const [x, y] = at(point);
      const far = Math.min(...dots.map((dot) => Math.hypot(dot[0] - point[0], dot[1] - point[1])), 9);
      const near = Math.exp(-((far / NEAR) ** 2));
      context.fillStyle = faint(near > 0.4 ? palette.accent : palette.second, 0.5 + 0.5 * near);
      context.beginPath();
      context.arc(x, y, size * (1 + 0.9 * near), 0, 7);
      context.fill();
    }
    if (path.sounds?.length) return;
    context.fillStyle = faint(palette.ink, 0.26);
    for (let row = 0; row <= 8; row++) {
      for (let column = 0; column <= 8; column++) {
        const [x, y] = at([column / 8, row / 8]);
        context.fillRect(x - 0.13 * u, y - 0.13 * u, 0.26 * u, 0.26 * u);
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
      context.strokeStyle = faint(colour, 0.08 + 0.77 * share * share);
      context.lineWidth = (0.18 + 0.36 * share) * u;
      context.beginPath();
      context.moveTo(...points[each - 1]);
      context.lineTo(...points[each]);
      context.stroke();
    }
    const dot = at(this.dots.get(name));
    const halo = context.createRadialGradient(...dot, 0, ...dot, 3.2 * u);
    halo.addColorStop(0, faint(colour, 0.45));
    halo.addColorStop(1, faint(colour, 0));
    context.fillStyle = halo;
    context.beginPath();
    context.arc(...dot, 3.2 * u, 0, 7);
    context.fill();
    context.fillStyle = palette.ink;
    context.beginPath();
    context.arc(...dot, 0.8 * u, 0, 7);
    context.fill();
  }
}
