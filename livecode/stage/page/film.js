// A film: the page draws one picture after the other when it is told to, by the clock of the performance.

export class Film {
  constructor(take, takeSound, draw) {
    this.take = take;
    this.takeSound = takeSound;
    this.draw = draw;
    this.frame = 0;                // the sample time of the picture
    this.begins = new WeakMap();   // when each animation began, in milliseconds of the film
  }

  /** Take in what the page was told up to a picture: texts of JSON, and sounds in base64. */
  tell(messages) {
    for (const message of messages) {
      if (message.startsWith("{")) this.take(JSON.parse(message));
      else this.takeSound(Uint8Array.from(atob(message), (letter) => letter.charCodeAt(0)).buffer);
    }
  }

  /** Draw the picture at a time of the film, in milliseconds. */
  picture(ms) {
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
