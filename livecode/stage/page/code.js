// The code as it is written: blocks flash when they are played, tokens light up while they sound.

import { cursorOf, placesOf, wrapped } from "./wrapping.js";

const FLASH_MS = 700;
const LEAST_ROWS = 7, MOST_TYPE = 4.2, LEAST_TYPE = 2.45;   // in hundredths of the height
const LINE = 1.46;          // a row, in sizes of the type
const MARGIN = 2.4;         // characters before the text, where the marks are
const MOST_COLUMNS = 78;    // longer lines do not make the type smaller
const WORDS = /\b(?:def|return|lambda|if|else|elif|for|in|while|not|and|or|import|from|class|with|as|None|True|False)\b/;
const TOKEN = new RegExp([
  String.raw`(?<comment>#.*$)`,
  String.raw`(?<string>[rbfRBF]?"(?:[^"\\]|\\.)*"?|[rbfRBF]?'(?:[^'\\]|\\.)*'?)`,
  `(?<word>${WORDS.source}|@\\w+)`,
  String.raw`(?<number>\b\d[\d_.]*\b)`,
].join("|"), "g");

export class Code {
  constructor(element, state) {
    this.element = element;
    this.state = state;
    this.filled = false;
    this.text = document.createElement("div");
    this.text.className = "text";
    this.over = document.createElement("div");
    this.over.className = "text over";
    this.view = document.createElement("div");
    this.view.className = "view";
    this.view.append(this.text, this.over);
    element.append(this.view);
    this.shown = { rows: [], lights: [], cursor: null, focus: 0 };   // as it was told: a row is a line
    this.rows = [];             // of what is drawn, as `wrapped` returns them
    this.elements = [];         // of those: { element, key }
    this.numbers = new Map();   // the evaluation that each line had last
    this.lights = [];
    this.lit = new Map();
    this.known = false;
    this.caret = document.createElement("div");
    this.caret.className = "caret";
  }

  take(told) {
    if (!told.code) return;
    const { page, blocks } = told.code;
    this.shown = page ? ofPage(page) : ofBlocks(blocks ?? [], told.code.tokens ?? []);
    this.filled = this.shown.rows.some((row) => row.text.trim());
    this.place(true);
    this.flashNew();
    this.known = true;
  }

  /** Write the lines into rows of so many characters. */
  write(columns) {
    const { rows: lines, lights, cursor, focus } = this.shown;
    this.rows = wrapped(lines.map((each) => each.text), columns);
    const fragment = this.rows.map((row, at) => this.row(row, lines[row.line], at));
    if (fragment.some((element, at) => this.text.children[at] !== element)
        || this.text.children.length !== fragment.length) {
      this.text.replaceChildren(...fragment);
    }
    this.lights = lights.flatMap((light) => placesOf(this.rows, light.row, light.first, light.last)
      .map((place) => ({ ...light, ...place, begin: light.begin, end: light.end, line: light.row, from: place.begin,
        to: place.end, key: `${light.key} ${place.row}` })));
    this.cursor = cursor && cursorOf(this.rows, cursor[0], cursor[1]);
    this.focus = cursor ? this.cursor[0] : this.rows.findLastIndex((row) => row.line === focus);
    for (const [key, element] of this.lit) { element.remove(); this.lit.delete(key); }
    if (!cursor) this.caret.remove();
  }

  row({ line, from, to, indent }, { text, state }, at) {
    const kept = this.elements[at] ?? (this.elements[at] = { element: document.createElement("div") });
    const key = [state, from, to, indent, text].join("|");
    kept.line = line;
    if (kept.key !== key) {
      kept.key = key;
      kept.element.className = `line ${state}${from ? " more" : ""}`;
      paint(kept.element, text, from, to, indent);
    }
    return kept.element;
  }

  /** Let the lines flash that were evaluated since this was asked last. */
  flashNew() {
    this.shown.rows.forEach(({ id, number }, line) => {
      const before = this.numbers.get(id);
      if (number === before) return;
      this.numbers.set(id, number);
      if (number === undefined || !this.known || (before !== undefined && number <= before)) return;
      this.rows.forEach((row, at) => { if (row.line === line) this.flash(this.elements[at].element); });
    });
  }

  flash(element) {
    element.classList.remove("flash");
    void element.offsetWidth;   // so that the animation begins anew
    element.classList.add("flash");
    const flash = element.flashes = {};   // a later one goes on for longer
    this.state.after(this.state.motion ? FLASH_MS : 2500, () => {
      if (element.flashes === flash) element.classList.remove("flash");
    });
  }

  draw() {
    this.place(false);
    const now = this.state.heard();
    const lit = new Set();
    for (const light of this.lights) {
      if (light.begin <= now && now < light.end) lit.add(light.key);
    }
    for (const [key, element] of this.lit) if (!lit.has(key)) { element.remove(); this.lit.delete(key); }
    for (const light of this.lights) {
      if (lit.has(light.key) && !this.lit.has(light.key)) this.light(light);
    }
  }

  light({ key, row, first, line, from, to }) {
    const element = document.createElement("span");
    element.className = "lit";
    element.textContent = [...this.shown.rows[line].text].slice(from, to).join("");
    element.style.left = `${first + MARGIN}ch`;
    element.style.top = `calc(${row} * var(--line))`;
    this.over.append(element);
    this.lit.set(key, element);
  }

  /** Choose the size of the type, wrap what is longer, and bring the row that matters into sight. */
  place(anew) {
    const width = this.element.clientWidth, height = this.element.clientHeight;
    const key = [width, height, innerHeight, this.state.stage.size].join();
    if (!anew && key === this.placed) return;
    if (!width || !height) { if (anew) this.write(MOST_COLUMNS); return; }
    this.placed = key;
    const hundredth = Math.min(innerHeight / 100, innerWidth * 0.005625) * this.state.stage.size;
    const widest = Math.max(20, ...this.shown.rows.map((row) => row.text.length));
    const fits = width / (0.602 * (Math.min(widest, MOST_COLUMNS) + MARGIN + 1));
    const type = Math.min(MOST_TYPE * hundredth, Math.max(LEAST_TYPE * hundredth, fits));
    this.write(Math.max(16, Math.floor(width / (0.6023 * type) - MARGIN - 0.5)));
    const line = Math.min(Math.round(type * LINE), Math.floor(height / LEAST_ROWS));
    this.element.style.fontSize = `${type}px`;
    this.element.style.setProperty("--line", `${line}px`);
    const rows = Math.max(1, Math.floor(height / line));
    this.view.style.height = `${rows * line}px`;
    let first = this.first ?? 0;
    const margin = Math.min(3, Math.floor(rows / 4));
    if (this.focus < first + margin) first = this.focus - margin;
    if (this.focus >= first + rows - margin) first = this.focus - rows + margin + 1;
    this.first = Math.max(0, Math.min(first, Math.max(0, this.rows.length - rows)));
    this.text.style.transform = this.over.style.transform = `translateY(${-this.first * line}px)`;
    if (this.cursor) {
      this.over.append(this.caret);
      this.caret.style.left = `${this.cursor[1] + MARGIN}ch`;
      this.caret.style.top = `${this.cursor[0] * line}px`;
    }
  }
}

/** What the terminal shows around its cursor. */
function ofPage(page) {
  const marks = new Map(page.marks.map(([row, state, number]) => [row, { state, number }]));
  const rows = page.lines.map((text, at) => ({
    text, id: `row ${page.first + at}`, state: "", ...marks.get(page.first + at),
  }));
  const lights = page.lights.map(([begin, end, row, first, last]) => ({
    begin, end, row: row - page.first, first, last, key: [begin, row, first].join(),
  }));
  return { rows, lights, cursor: [page.row - page.first, page.column], focus: page.row - page.first };
}

/** The newest blocks, where no terminal shows its text. */
function ofBlocks(blocks, tokens) {
  const rows = [], lights = [], begins = new Map();
  for (const { number, code, ok } of blocks) {
    if (rows.length) rows.push({ text: "", id: `gap ${number}`, state: "" });
    begins.set(number, [rows.length, code]);
    code.split("\n").forEach((text, at) => rows.push({
      text, id: `${number} ${at}`, number, state: text.trim() ? (ok ? "live" : "failing") : "",
    }));
  }
  for (const [begin, end, number, first, last] of tokens) {
    if (!begins.has(number)) continue;
    const [row, code] = begins.get(number);
    const before = code.slice(0, first).split("\n");
    const column = before[before.length - 1].length;
    lights.push({ begin, end, row: row + before.length - 1, first: column, last: column + last - first,
      key: [begin, number, first].join() });
  }
  return { rows, lights, cursor: null, focus: rows.length - 1 };
}

/** Write characters `from` to `to` of a line of code into an element, as text in a few colours. */
function paint(element, text, from, to, indent) {
  const chars = [...text], kinds = kindsOf(text), parts = [" ".repeat(indent)];
  let at = from;
  while (at < to) {
    let end = at + 1;
    while (end < to && kinds[end] === kinds[at]) end += 1;
    const piece = chars.slice(at, end).join("");
    if (kinds[at]) {
      const span = document.createElement("span");
      span.className = kinds[at];
      span.textContent = piece;
      parts.push(span);
    } else parts.push(piece);
    at = end;
  }
  element.replaceChildren(...parts.filter((part) => part !== ""));
}

/** Return the kind of each character of a line of code: "" is plain. */
function kindsOf(text) {
  if (/^# %%/.test(text)) return [...text].map(() => "header");
  const kinds = [...text].map(() => "");
  for (const found of text.matchAll(TOKEN)) {
    const kind = Object.entries(found.groups).find(([, value]) => value !== undefined)[0];
    const first = [...text.slice(0, found.index)].length;
    kinds.fill(kind, first, first + [...found[0]].length);
  }
  return kinds;
}
