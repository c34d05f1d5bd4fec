// The raw state of the agents, as text: where each is, what it did, what it expects, where it heads.

const MOST_AXES = 10;
const RAIL = 11;   // characters of an axis
const MOST_NAME = 9;   // of its name
const MOST_TYPE = 3.4, LEAST_TYPE = 1.9, LINE = 1.4;   // in hundredths of the height, and lines in sizes of type
const HEAD = 2;    // so many lines' room a name takes
const WIDEST = 0.36, ROOMY = 0.46;   // of the width of the page, beside the code and without it

export class Agents {
  constructor(element, state) {
    this.element = element;
    this.state = state;
    this.filled = false;
    this.beside = document.getElementById("code");
    this.blocks = new Map();
    this.texts = [];
  }

  take(told) {
    if (!told.agents) return;
    const names = Object.keys(told.agents);
    this.filled = names.length > 0;
    for (const [name, block] of this.blocks) {
      if (!names.includes(name)) { block.remove(); this.blocks.delete(name); }
    }
    this.texts = names.map((name, order) => this.write(name, told.agents[name], order));
  }

  write(name, agent, order) {
    let block = this.blocks.get(name);
    if (!block) {
      block = document.createElement("div");
      this.blocks.set(name, block);
      this.element.append(block);
    }
    const lines = order ? brief(name, agent) : whole(name, agent);
    block.replaceChildren(...lines);
    return lines.map((each) => each.textContent.length);
  }

  /** Choose the size of the type, so that all of it is there. */
  draw() {
    const high = this.element.clientHeight;
    const lines = this.texts.reduce((sum, each) => sum + each.length - 1 + HEAD, 0);
    const wide = Math.max(24, ...this.texts.map((each) => Math.max(...each.slice(1))));
    const { size } = this.state.stage;
    const most = this.beside.classList.contains("away") ? ROOMY : Math.min(WIDEST * Math.max(size, 1), ROOMY);
    const key = [high, most, innerWidth, innerHeight, lines, wide, size].join();
    if (key === this.placed || !high) return;
    this.placed = key;
    const hundredth = Math.min(innerHeight / 100, innerWidth * 0.005625);
    const type = Math.min(MOST_TYPE * hundredth * size, high / (lines * LINE),
      most * innerWidth / (0.602 * wide));
    this.element.style.fontSize = `${Math.max(type, LEAST_TYPE * hundredth)}px`;
  }
}

function whole(name, agent) {
  const lines = [heading(name, agent)];
  const terms = Object.entries(agent.terms).filter(([term]) => term).slice(0, 3);
  lines.push(line(["label", "reward  "], [sign(agent.reward), signed(agent.reward)],
    ["label", "  novelty "], ["", plain(agent.novelty)]));
  if (terms.length > 1) {
    lines.push(line(...terms.map(([term, value], at) => ["label", `${at ? "  " : ""}${term.slice(0, 10)} ${signed(value)}`])));
  }
  const heads = headed(agent), dims = agent.position.length;
  lines.push(line(["label", "heading "], heads === null ? ["label", "nowhere yet"]
    : ["heads", `${named(agent, heads >> 1)} ${heads % 2 ? "down" : "up"}`],
    ["label", `, of ${dims} dimension${dims === 1 ? "" : "s"}${agent.paused ? ", paused" : ""}`]));
  lines.push(line(["label", " "]));
  const names = agent.position.slice(0, MOST_AXES).map((_, axis) => named(agent, axis).length);
  const wide = Math.min(MOST_NAME, Math.max(5, ...names)) + 1;
  agent.position.slice(0, MOST_AXES).forEach((at, axis) => lines.push(ofAxis(agent, axis, at, heads, wide)));
  const more = agent.position.length - MOST_AXES;
  if (more > 0) lines.push(line(["label", `… and ${more} more`]));
  return lines;
}

function brief(name, agent) {
  return [heading(name, agent),
    line(["label", "reward  "], [sign(agent.reward), signed(agent.reward)],
      ["label", "  novelty "], ["", plain(agent.novelty)])];
}

function heading(name, agent) {
  const head = line(["", name], ["space", agent.space ? ` in ${agent.space}` : ""]);
  head.className = "name";
  return head;
}

/** One axis: its rail with the place on it, the last move, and what is expected of going down and up. */
function ofAxis(agent, axis, at, heads, wide) {
  const cell = Math.min(RAIL - 1, Math.max(0, Math.round(at * (RAIL - 1))));
  const up = agent.believed[2 * axis], down = agent.believed[2 * axis + 1];
  const believed = up === undefined ? [] : [
    [heads === 2 * axis + 1 ? "heads" : "label", ` ▾${signed(down)}`],
    [heads === 2 * axis ? "heads" : "label", ` ▴${signed(up)}`]];
  return line(["label", shortened(named(agent, axis)).padEnd(wide)],
    ["rail", "─".repeat(cell)], ["here", "●"], ["rail", "─".repeat(RAIL - 1 - cell)],
    ["", ` ${plain(at)} `], ["here", moved(agent.action[axis] ?? 0)], ...believed);
}

function shortened(name) { return name.length > MOST_NAME ? `${name.slice(0, MOST_NAME - 1)}…` : name; }

function named(agent, axis) { return agent.axes?.[axis] ?? `axis ${axis + 1}`; }

/** Return the direction of which most is expected: 2 for each axis, up and down; null if nothing is. */
function headed(agent) {
  const sums = agent.believed.map((reward, at) => reward + (agent.unknown[at] ?? 0));
  if (!sums.length) return null;
  const best = sums.indexOf(Math.max(...sums));
  return Math.max(...sums) - Math.min(...sums) > 0.02 ? best : null;
}

function line(...parts) {
  const made = document.createElement("div");
  for (const [kind, text] of parts) {
    const span = document.createElement("span");
    if (kind) span.className = kind;
    span.textContent = text;
    made.append(span);
  }
  return made;
}

function moved(by) {
  return Math.abs(by) < 0.005 ? "    " : `${by > 0 ? "↑" : "↓"}${Math.min(Math.abs(by), 0.99).toFixed(2).slice(1)}`;
}
function sign(value) { return value > 0.005 ? "good" : value < -0.005 ? "bad" : "label"; }
function signed(value) { return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`; }
function plain(value) { return value.toFixed(2); }
