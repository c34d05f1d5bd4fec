// The sound in the browser: pieces of it are played one after the other, a little later than they come.

const LEAD_S = 0.09, MOST_LEAD_S = 0.6; // what comes is played so much later, so that the next piece is there
const MORE_S = 0.05, LESS = 0.997;   // a piece that is too late makes it more, and each that is not a little less
const LEAST_S = 0.005, SLACK_S = 0.06; // what comes too late begins anew, and what is too far ahead is left out
const FAR_S = 1;                     // so far ahead is another time
const HEAD = 24;                     // bytes before the samples

export class Listening {
  /** `button` begins and ends it; `connect(name, take)` opens a stream, and returns what closes it. */
  constructor(button, connect) {
    this.button = button;
    this.connect = connect;
    this.context = null;
    this.origin = null;   // the number of the frame that is played at second 0 of the context
    this.lead = LEAD_S;
    this.begun = 0;       // how often it had to begin anew
    this.sources = new Set();
    button.addEventListener("click", () => this.toggle());
    addEventListener("keydown", (event) => { if (event.key === "l" && !button.hidden) this.toggle(); });
  }

  /** Offer to listen, if there is something to hear. */
  offer(on) {
    this.button.hidden = !on;
    if (!on) this.stop();
  }

  toggle() { if (this.close) this.stop(); else this.start(); }

  start() {
    this.button.textContent = "♪ listening";
    this.open(48000);   // in the click itself: a browser lets nothing sound that nobody has asked for
    this.close = this.connect("sound", (data) => this.take(data));
  }

  stop() {
    this.button.textContent = "♪ listen";
    this.close?.();
    this.close = null;
    this.context?.close();
    this.context = this.origin = null;
    this.sources.clear();
  }

  open(rate) {
    this.context?.close();
    this.context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
    this.out = this.context.createGain();
    this.out.connect(this.context.destination);
    this.origin = null;
    this.sources.clear();
  }

  take(buffer) {
    const view = new DataView(buffer);
    if (!this.close || view.getUint8(0) !== 2) return;
    const channels = view.getUint8(1), count = view.getUint16(2, true), position = view.getFloat64(4, true);
    const rate = view.getFloat32(20, true);
    if (this.context.sampleRate !== rate) this.open(rate);
    this.shift = view.getFloat64(12, true) - position;
    if (this.context.state !== "running") return;
    const now = this.context.currentTime;
    const ahead = this.origin === null ? null : (position - this.origin) / rate - now;
    this.ahead = ahead ?? this.lead;   // so long this piece waits here, in seconds
    if (ahead === null || ahead < LEAST_S || ahead > FAR_S) {
      if (ahead > FAR_S) for (const source of this.sources) source.stop();
      if (ahead !== null) this.lead = Math.min(this.lead + MORE_S, MOST_LEAD_S);
      this.origin = position - Math.ceil((now + this.lead) * rate);
      this.begun += 1;
    } else if (ahead > this.lead + SLACK_S) {
      this.origin += count;   // what follows takes its place
      return;
    }
    this.lead = Math.max(LEAD_S, this.lead * LESS);
    const sound = this.context.createBuffer(channels, count, rate);
    const samples = new Int16Array(buffer, HEAD, count * channels);
    for (let channel = 0; channel < channels; channel++) {
      const data = sound.getChannelData(channel);
      for (let at = 0; at < count; at++) data[at] = samples[at * channels + channel] / 32767;
    }
    const source = this.context.createBufferSource();
    source.buffer = sound;
    source.connect(this.out);
    source.onended = () => this.sources.delete(source);
    this.sources.add(source);
    source.start((position - this.origin) / rate);
  }

  /** The sample time that is heard in this browser; null while nothing is. */
  heard() {
    if (!this.close || this.origin === null) return null;
    const { currentTime, outputLatency = 0, sampleRate } = this.context;
    return (currentTime - outputLatency) * sampleRate + this.origin + this.shift;
  }
}
