// Where we are in the piece: the scene, the bar and its beats, the tempo and the time, for the back row.

export class Clock {
  constructor(element, state) {
    this.element = element;
    this.state = state;
    this.filled = false;
    this.parts = {};
    for (const name of ["scene", "beats", "bar", "tempo", "time"]) {
      this.parts[name] = document.createElement("div");
      this.parts[name].className = name;
      element.append(this.parts[name]);
    }
    this.written = {};
  }

  take(told) {
    if (told.clock) this.filled = told.clock.beat !== null;
  }

  draw() {
    const { clock, rate, code, motion } = this.state;
    if (!clock.tempo) return;
    const since_s = (this.state.heard() - clock.frame) / rate;
    const bar = clock.bar + since_s * clock.tempo / 60 / clock.beats;
    const beats = Math.ceil(clock.beats), within = Math.floor((bar - Math.floor(bar)) * clock.beats);
    const scene = clock.scene;
    this.write("scene", scene ? [scene.name, scene.next ? `▸ ${scene.next}` : ""]
      : [code.page?.title ?? "", ""]);
    this.write("bar", ["bar ", `${Math.floor(bar) + 1}`]);
    this.write("beats", motion || beats > 1 ? [within, beats] : []);
    this.write("tempo", [String(Math.round(clock.tempo * 10) / 10), " bpm"]);
    const time_s = scene ? (scene.left === null ? scene.time + since_s : Math.max(0, scene.left - since_s))
      : this.state.heard() / rate;
    this.write("time", [scene && scene.left !== null ? "−" : "", minutes(time_s)]);
  }

  write(name, what) {
    const key = what.join("|");
    if (this.written[name] === key) return;
    this.written[name] = key;
    const element = this.parts[name];
    if (name === "scene") {
      const next = document.createElement("span");
      next.className = "next";
      next.textContent = what[1];
      element.replaceChildren(...(what[0] ? [what[0], next] : []));
    } else if (name === "beats") {
      element.replaceChildren(...Array.from({ length: what[1] ?? 0 }, (_, at) => {
        const dot = document.createElement(at === what[0] ? "b" : "span");
        dot.textContent = at === what[0] ? "●" : "•";
        return dot;
      }));
    } else if (name === "bar") {
      const small = document.createElement("small");
      small.textContent = what[0];
      element.replaceChildren(small, what[1]);
    } else if (name === "tempo") {
      const small = document.createElement("small");
      small.textContent = what[1];
      element.replaceChildren(what[0], small);
    } else {
      element.textContent = what.join("");
    }
  }
}

function minutes(seconds) {
  const whole = Math.floor(seconds), hours = Math.floor(whole / 3600);
  const rest = `${String(Math.floor(whole / 60) % 60).padStart(hours ? 2 : 1, "0")}:${String(whole % 60).padStart(2, "0")}`;
  return hours ? `${hours}:${rest}` : rest;
}
