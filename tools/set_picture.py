"""Draws a set as a picture: its spectrogram, the beginnings of its scenes, and its agents.

    python -m tools.set_picture sets/aego.py docs/aego.png --strip docs/strip.png --gallery docs/gallery

plays the set once: picture, strip, the gallery's sound of it and `--sound FILE.wav` are of one play.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from livecode.language.agents import Agent
from livecode.offline.playback import opened, over
from livecode.offline.session import Session
from livecode.playing.sound_player import player_of
from livecode.sets.set_file import read_set
from tools.site import sounds

STEP_S = 0.512  # whole blocks of 256 frames at 48 kHz
WINDOW = 8192  # samples at 48 kHz: bins are 6 Hz apart
LOWEST_HZ, HIGHEST_HZ, BANDS = 40.0, 16_000.0, 360
FLOOR_DB = -90.0
#: Dark in both themes of the site; an agent has the colour of its space.
GROUND, INK = "#0c0a12", "#d9d5e0"
COLOURS = ("#5ec8f2", "#ff9a6b", "#b9a0ff", "#7fe0a7")


class AgentSample(NamedTuple):
    """An agent at one moment of a set."""

    t: float  # seconds
    agent: str
    space: str
    dims: int
    every_ms: float


class PlayedSet(NamedTuple):
    """A set as it was played."""

    levels_db: NDArray[np.floating]  # (BANDS, steps), bands evenly spaced in log frequency
    scenes: list[tuple[float, str]]  # (beginning in seconds, name) of each scene
    seen: list[AgentSample]
    seconds: float
    audio: NDArray[np.float32]  # (frames, 2)
    rate: int

    def since(self, scene: str, seconds: float) -> float:
        """Return when a scene has gone on for so many seconds, in seconds of the set."""
        return next(began for began, name in self.scenes if name == scene) + seconds


def main(argv: Sequence[str] | None = None) -> int:
    """Play a set offline, once, and draw it."""
    parser = argparse.ArgumentParser(prog="python -m tools.set_picture")
    parser.add_argument("set", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strip", type=Path, help="the spectrogram alone, in a low strip")
    parser.add_argument("--gallery", type=Path, help="a folder for the gallery's sound of the set")
    parser.add_argument("--sound", type=Path, help="all that was heard, as a WAV file")
    options = parser.parse_args(argv)
    played = play(options.set, options.seed)
    if options.sound:
        soundfile.write(options.sound, played.audio, played.rate, subtype="FLOAT")
    draw(played, options.picture)
    if options.strip:
        draw_strip(played, options.strip)
    if options.gallery:
        name = options.set.stem
        stretch = sounds.GALLERY[name]
        begin_s = played.since(stretch.scene, stretch.skip_s)
        sounds.keep(name, sounds.cut(played.audio, begin_s, stretch.seconds), options.gallery)
    return 0


def play(path: Path, seed: int = 0) -> PlayedSet:
    """Play a set that nobody touches."""
    piece = read_set(path)
    heard: list[NDArray[np.float32]] = []
    seen: list[AgentSample] = []
    with Session(seed) as session:
        began = opened(session, piece)
        while not over(session, began, None):
            heard.append(session.advance(STEP_S))
            seen += _agents(session, began)
        rate = session.sample_rate
        scenes = [
            (max(0.0, event.frame / rate - began), event.names[0])
            for event in session.log
            if event.kind == "scene"
        ]
    columns = [_levels_db(audio.mean(axis=1), rate) for audio in heard]
    seconds = len(columns) * STEP_S
    return PlayedSet(np.array(columns).T, scenes, seen, seconds, np.concatenate(heard), rate)


def _agents(session: Session, began: float) -> Iterator[AgentSample]:
    names = {each.name for each in session.running()}
    for name in sorted(names):
        thing = session.get(name)
        if isinstance(thing, Agent):
            every_s = dict(player_of(thing).automations())["every"].now or 0.0
            t, dims = session.time - began, len(thing.position)
            yield AgentSample(t, name, thing.space.model, dims, 1000 * every_s)


def _levels_db(audio: NDArray[np.float32], rate: int) -> NDArray[np.floating]:
    """Return the loudest level (BANDS,) in each band, in dBFS of a sine."""
    windows = np.lib.stride_tricks.sliding_window_view(audio, WINDOW)[:: WINDOW // 2]
    weights = np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(windows * weights, axis=1)).mean(axis=0) / (weights.sum() / 2)
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1) * WINDOW / rate
    bins = [
        slice(int(low), max(int(high), int(low) + 1)) for low, high in np.c_[edges[:-1], edges[1:]]
    ]
    return 20 * np.log10(np.array([power[part].max() for part in bins]) + 1e-9)


def draw(played: PlayedSet, picture: Path) -> None:
    """Draw the spectrogram above, and the agents' dimensions and periods below; needs matplotlib."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 6.4), layout="constrained", facecolor=GROUND)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    for axes in (above, below):
        _darken(axes)
    _draw_spectrogram(above, played)
    above.set_ylabel("Hz")
    above.set_yticks([50, 100, 200, 500, 1000, 2000, 5000, 10_000],
                     ["50", "100", "200", "500", "1k", "2k", "5k", "10k"])  # fmt: skip
    for began, _ in played.scenes[1:]:
        below.axvline(began, color="grey", linewidth=0.7)
    for began, name in played.scenes:
        above.text(began + 0.004 * played.seconds, HIGHEST_HZ * 0.97, name, color="white", va="top")
    _draw_agents(below, played)
    below.set(xlim=(0, played.seconds), xlabel="seconds", ylabel="dimensions")
    figure.savefig(picture, dpi=90)


def _darken(axes: Any) -> None:
    axes.set_facecolor(GROUND)
    axes.tick_params(which="both", colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for spine in axes.spines.values():
        spine.set_color("#4a4356")


def draw_strip(played: PlayedSet, picture: Path) -> None:
    """Draw the spectrogram and where scenes begin, and nothing around them; needs matplotlib."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 1.8))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    _draw_spectrogram(axes, played)
    figure.savefig(picture, dpi=90)


def _draw_spectrogram(axes: Any, played: PlayedSet) -> None:
    """Draw levels over seconds and log frequency, with a line where each scene begins."""
    t = np.arange(played.levels_db.shape[1] + 1) * STEP_S
    hz = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1)
    top = played.levels_db.max()
    axes.pcolormesh(t, hz, played.levels_db, vmin=max(FLOOR_DB, top - 70), vmax=top, cmap="magma")
    axes.set(yscale="log", xlim=(0, played.seconds), ylim=(LOWEST_HZ, HIGHEST_HZ))
    for began, _ in played.scenes[1:]:
        axes.axvline(began, color="white", linewidth=0.7)


def _draw_agents(axes: Any, played: PlayedSet) -> None:
    """Draw a line for each agent in its space's colour, and its period at each scene's end."""
    spaces = list(dict.fromkeys(each.space for each in played.seen))
    axes.set_yscale("log", base=2)
    axes.set_yticks([1, 2, 4, 8], ["1", "2", "4", "8"])
    axes.set_ylim(0.7, 24)
    for number, space in enumerate(spaces):
        axes.plot([], [], color=COLOURS[number % len(COLOURS)], linewidth=4, label=space)
    begins = [began for began, _ in played.scenes]
    left: dict[int, dict[str, AgentSample]] = {}  # scene -> name -> the last sample
    for each in played.seen:
        colour = COLOURS[spaces.index(each.space) % len(COLOURS)]
        axes.plot([each.t - STEP_S, each.t], [each.dims] * 2, color=colour, linewidth=4)
        scene = max(sum(began < each.t - STEP_S / 2 for began in begins) - 1, 0)
        left.setdefault(scene, {})[each.agent] = each
    for scene, agents in left.items():
        dims = max(each.dims for each in agents.values())
        text = ", ".join(f"{name} {each.every_ms:.0f} ms" for name, each in agents.items())
        at_s = begins[scene] + 0.004 * played.seconds
        axes.text(at_s, dims * 1.25, text, fontsize="small", color=INK)
    if spaces:
        axes.legend(
            loc="upper left", ncols=len(spaces), frameon=False, fontsize="small", labelcolor=INK
        )


if __name__ == "__main__":
    raise SystemExit(main())
