// The code as it is written: blocks flash when they are played, tokens light up while they sound.

const FLASH_MS = 700;
const LEAST_ROWS = 7, MOST_TYPE = 3.4, LEAST_TYPE = 2.05;   // in hundredths of the height
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
    this.view = document.createElement("div");
    this.view.className = "view";
    this.view.append(this.text);
    element.append(this.view);
    this.rows = [];          // of what is shown: { element, key }
    this.numbers = new Map();   // the evaluation that each row had last
    this.lights = [];
    this.lit = new Map();
    this.known = false;
    this.caret = document.createElement("div");
    this.caret.className = "caret";
  }

  take(told) {
    if (!told.code) return;
    const { page, blocks } = told.code;
    const shown = page ? ofPage(page) : ofBlocks(blocks ?? [], told.code.tokens ?? []);
    this.filled = shown.rows.some((row) => row.text.trim());
    this.show(shown);
    this.known = true;
  }

  show({ rows, lights, cursor, focus }) {
    const fragment = rows.map((row, at) => this.row(row, at));
    if (fragment.some((element, at) => this.text.children[at] !== element)
        || this.text.children.length !== rows.length) {
      this.text.replaceChildren(...fragment);
    }
    this.lights = lights;
    this.cursor = cursor;
    this.focus = focus;
    for (const [key, element] of this.lit) { element.remove(); this.lit.delete(key); }
    if (!cursor) this.caret.remove();
    this.widest = Math.max(20, ...rows.map((row) => row.text.length));
    this.placed = null;
  }

  row({ text, state, number, id }, at) {
    const kept = this.rows[at] ?? (this.rows[at] = { element: document.createElement("div") });
    const key = `${state}|${text}`;
    if (kept.key !== key) {
      kept.key = key;
      kept.element.className = `line ${state}`;
      paint(kept.element, text);
    }
    const before = this.numbers.get(id);
    if (number !== before) {
      this.numbers.set(id, number);
      if (number !== undefined && this.known && (before === undefined || number > before)) {
        this.flash(kept.element);
      }
    }
    return kept.element;
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
    this.place();
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

  light({ key, row, first, last }) {
    const text = [...(this.rows[row]?.key.slice(this.rows[row].key.indexOf("|") + 1) ?? "")];
    const element = document.createElement("span");
    element.className = "lit";
    element.textContent = text.slice(first, last).join("");
    element.style.left = `${first + 2.4}ch`;
    element.style.top = `calc(${row} * var(--line))`;
    this.overlay().append(element);
    this.lit.set(key, element);
  }

  overlay() {
    if (!this.over) {
      this.over = document.createElement("div");
      this.over.className = "text over";
      this.view.append(this.over);
    }
    return this.over;
  }

  /** Choose the size of the type, and bring the row that matters into sight. */
  place() {
    const width = this.element.clientWidth, height = this.element.clientHeight;
    const key = [width, height, this.focus, this.cursor?.join(), this.widest, this.state.stage.size].join();
    if (key === this.placed || !width) return;
    this.placed = key;
    const hundredth = Math.min(innerHeight / 100, innerWidth * 0.005625) * this.state.stage.size;
    const fits = width / (0.602 * (Math.min(this.widest, 78) + 3));
    const type = Math.min(MOST_TYPE * hundredth, Math.max(LEAST_TYPE * hundredth, fits));
    const line = Math.min(Math.round(type * 1.46), Math.floor(height / LEAST_ROWS));
    this.element.style.fontSize = `${type}px`;
    this.element.style.setProperty("--line", `${line}px`);
    const rows = Math.max(1, Math.floor(height / line));
    this.view.style.height = `${rows * line}px`;
    const all = this.text.children.length;
    let first = Math.round((this.first ?? 0));
    const margin = Math.min(3, Math.floor(rows / 4));
    if (this.focus < first + margin) first = this.focus - margin;
    if (this.focus >= first + rows - margin) first = this.focus - rows + margin + 1;
    this.first = Math.max(0, Math.min(first, Math.max(0, all - rows)));
    const move = `translateY(${-this.first * line}px)`;
    this.text.style.transform = move;
    this.overlay().style.transform = move;
    if (this.cursor) {
      this.overlay().append(this.caret);
      this.caret.style.left = `${this.cursor[1] + 2.4}ch`;
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

/** Write a line of code into an element, as text in a few colours. */
function paint(element, text) {
  const parts = [];
  let at = 0;
  const add = (kind, piece) => {
    if (!piece) return;
    if (!kind) { parts.push(piece); return; }
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = piece;
    parts.push(span);
  };
  if (/^# %%/.test(text)) add("header", text);
  else {
    for (const found of text.matchAll(TOKEN)) {
      add("", text.slice(at, found.index));
      add(Object.entries(found.groups).find(([, value]) => value !== undefined)[0], found[0]);
      at = found.index + found[0].length;
    }
    add("", text.slice(at));
  }
  element.replaceChildren(...parts);
}
