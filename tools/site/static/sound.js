// A sound and its spectrogram are one thing: a line moves over the picture, and a click on it plays from there.
for (const figure of document.querySelectorAll("figure.sound")) {
  const audio = figure.querySelector("audio");
  const strip = figure.querySelector(".strip");
  audio.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
  });
  if (!strip) continue;
  const line = document.createElement("i");
  strip.append(line);
  strip.title = "Play from here";
  const follow = () => {
    const share = audio.duration ? audio.currentTime / audio.duration : 0;
    line.style.left = `${100 * share}%`;
    figure.classList.toggle("begun", share > 0 || !audio.paused);
    if (!audio.paused) requestAnimationFrame(follow);
  };
  for (const change of ["play", "pause", "seeked", "ended"]) audio.addEventListener(change, follow);
  strip.addEventListener("click", async (event) => {
    const box = strip.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    if (audio.readyState < 1) {
      const known = new Promise((resolve) => audio.addEventListener("loadedmetadata", resolve, { once: true }));
      audio.load();
      await known;
    }
    audio.currentTime = share * audio.duration;
    audio.play();
  });
}
