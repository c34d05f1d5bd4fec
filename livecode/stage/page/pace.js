// How often and how finely the page draws: as much as this browser keeps up with, and no more.

const FULL_MS = 22, HALF_MS = 45;   // the mean time between two pictures that is still 60, and 30, a second
const LOOK_MS = 1000;               // the mean of so long decides
const TRY_MS = 8000, MOST_TRY_MS = 120_000;   // after so long more is tried again, and later each time that fails
const AWAY_MS = 1000;               // a longer gap is a window that nobody saw

/** What each level draws: the least time between two pictures, and how many of a canvas's pixels count, per axis. */
const LEVELS = [
  { leastMs: 0, share: 1 },
  { leastMs: 1000 / 30 - 4, share: 1 },      // 30 a second is even; as many as come is not
  { leastMs: 1000 / 30 - 4, share: 0.5 },
  { leastMs: 1000 / 15 - 4, share: 0.5 },
];

/** Decides by the times at which a browser offers to draw whether the page draws, and how finely. */
export class Pace {
  constructor() {
    this.level = 0;
    this.pictureMs = 0;   // the mean time between the last pictures
    this.drawnAt = null;
    this.pictures = 0;
    this.since = null;
    this.tryMs = TRY_MS;
  }

  get share() { return LEVELS[this.level].share; }

  /** Return whether a picture is to be drawn at a time, in milliseconds, at which the browser offers to. */
  due(now) {
    if (this.drawnAt === null || now - this.drawnAt > AWAY_MS) {
      this.begin(now);
    } else {
      if (now - this.drawnAt < LEVELS[this.level].leastMs) return false;
      this.pictures += 1;
      if (now - this.since >= LOOK_MS) this.decide(now);
    }
    this.drawnAt = now;
    return true;
  }

  decide(now) {
    this.pictureMs = (now - this.since) / this.pictures;
    const most = this.level === 0 ? FULL_MS : this.level < LEVELS.length - 1 ? HALF_MS : Infinity;
    if (this.pictureMs > most) {
      if (now - (this.rose ?? -Infinity) < 3 * LOOK_MS) this.tryMs = Math.min(2 * this.tryMs, MOST_TRY_MS);
      this.level += 1;
      this.changed = now;
    } else if (this.level && now - this.changed >= this.tryMs) {
      this.level -= 1;
      this.rose = this.changed = now;
    }
    this.begin(now);
  }

  begin(now) {
    this.since = now;
    this.pictures = 0;
  }
}
