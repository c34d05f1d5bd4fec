// A film: the page draws one picture after the other when it is told to, by the clock of the performance.

export class Film {
  constructor(take, takeSound, draw) {
    this.take = take;
    this.takeSound = takeSound;
    this.draw = draw;
    this.frame = 0;                // the sample time of the picture
    this.ms = 0;                   // the time of the picture
    this.due = [];                 // what is to be done at a time of the film: [ms, act]
    this.begins = new WeakMap();   // when each animation began, in milliseconds of the film
  }

  /** Do something so many milliseconds of the film later. */
  after(ms, act) { this.due.push([this.ms + ms, act]); }

  /** Take in what the page was told up to a picture: texts of JSON, and sounds in base64. */
  tell(messages) {
    for (const message of messages) {
      if (message.startsWith("{")) this.take(JSON.parse(message));
      else this.takeSound(Uint8Array.from(atob(message), (letter) => letter.charCodeAt(0)).buffer);
    }
  }

  /** Draw the picture at a time of the film, in milliseconds, in which a sample time is heard. */
  picture(ms, frame = this.frame) {
    this.ms = ms;
    this.frame = frame;
    const due = this.due.filter(([at]) => at <= ms);
    this.due = this.due.filter(([at]) => at > ms);
    for (const [, act] of due) act();
    this.draw(ms);
    for (const animation of document.getAnimations()) {
      if (!this.begins.has(animation)) this.begins.set(animation, ms);
      animation.pause();
      const since = ms - this.begins.get(animation);
      const { endTime } = animation.effect.getComputedTiming();
      if (since >= endTime) animation.finish(); else animation.currentTime = since;
    }
  }
}
