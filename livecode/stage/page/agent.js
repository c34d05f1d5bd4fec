// The raw state of the agents, as text: where each is, what it did, what it expects, where it heads.

const MOST_AXES = 10;
const RAIL = 13;   // characters of an axis

export class Agents {
  constructor(element, state) {
    this.element = element;
    this.state = state;
    this.filled = false;
    this.blocks = new Map();
  }

  take(told) {
    if (!told.agents) return;
    const names = Object.keys(told.agents);
    this.filled = names.length > 0;
    for (const [name, block] of this.blocks) {
      if (!names.includes(name)) { block.remove(); this.blocks.delete(name); }
    }
    names.forEach((name, order) => this.write(name, told.agents[name], order));
  }

  write(name, agent, order) {
    let block = this.blocks.get(name);
    if (!block) {
      block = document.createElement("div");
      this.blocks.set(name, block);
      this.element.append(block);
    }
    block.replaceChildren(...(order ? brief(name, agent) : whole(name, agent)));
  }

  draw() {}
}

function whole(name, agent) {
  const lines = [heading(name, agent)];
  const terms = Object.entries(agent.terms).filter(([term]) => term).slice(0, 3);
  lines.push(line(["label", "reward  "], [sign(agent.reward), signed(agent.reward)],
    ...(terms.length > 1 ? terms.map(([term, value]) => ["label", `  ${term} ${signed(value)}`]) : [])));
  lines.push(line(["label", "novelty "], ["", plain(agent.novelty)], ["label", `   ${agent.position.length} `
    + `dimension${agent.position.length === 1 ? "" : "s"}${agent.paused ? ", paused" : ""}`]));
  const heads = headed(agent);
  lines.push(line(["label", "heading "], heads === null ? ["label", "nowhere yet"]
    : ["heads", `${named(agent, heads >> 1)} ${heads % 2 ? "down" : "up"}`]));
  lines.push(line(["label", " "]));
  const names = agent.position.slice(0, MOST_AXES).map((_, axis) => named(agent, axis).length);
  const wide = Math.min(9, Math.max(7, ...names)) + 1;
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
  const move = agent.action[axis] ?? 0;
  const up = agent.believed[2 * axis], down = agent.believed[2 * axis + 1];
  const believed = up === undefined ? [] : [
    [heads === 2 * axis + 1 ? "heads" : "label", `  ▾${signed(down)}`],
    [heads === 2 * axis ? "heads" : "label", ` ▴${signed(up)}`]];
  return line(["label", named(agent, axis).slice(0, 9).padEnd(wide)],
    ["rail", "─".repeat(cell)], ["here", "●"], ["rail", "─".repeat(RAIL - 1 - cell)],
    ["", ` ${plain(at)} `], ["here", move > 0.005 ? "↑" : move < -0.005 ? "↓" : " "], ...believed);
}

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

function sign(value) { return value > 0.005 ? "good" : value < -0.005 ? "bad" : "label"; }
function signed(value) { return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`; }
function plain(value) { return value.toFixed(2); }
