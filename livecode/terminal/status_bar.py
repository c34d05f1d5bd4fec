"""Draws the two status lines: what plays, where agents are, how loud it is, and what is late."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prompt_toolkit.formatted_text import StyleAndTextTuples

from livecode.terminal.dropouts import HEARD, NOW_AND_THEN, OK, Dropouts
from livecode.terminal.snapshot import Snapshot
from livecode.transport.status import AgentStatus, SoundStatus, Status

METER_CELLS = 8
METER_FLOOR_DB = -48.0
#: A name's meter rises at once, and falls by 20 dB in 1.7 s, as IEC 60268-10 has it.
FALL_DB_PER_S = 20 / 1.7
MOST_BARS = 16
MOST_TERMS = 3
MOST_VALUES = 6
#: The colours of what is said of dropouts.
_JUDGED = {OK: "dim", NOW_AND_THEN: "loud", HEARD: "alarm"}
_EIGHTHS = "▁▂▃▄▅▆▇█"
_PARTS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True)
class Work:
    """The blocks that the mind was sent."""

    ready: bool = False
    running_s: float = 0.0  # seconds that the present block has been running
    waiting: int = 0  # blocks
    stuck: bool = False  # the block was interrupted and has not ended


@dataclass(frozen=True)
class Touch:
    """What the status lines show about keys that do not type."""

    fader: tuple[int, float] | None = None  # (number, value) of the chosen one
    struck: str = ""  # like or dislike, if it was pressed just now
    orphans: Sequence[str] = ()  # names that play, and that F4 ends


@dataclass(frozen=True)
class Segment:
    """A part of a line. Where there is too little room, those of lowest weight shrink or go first."""

    fragments: tuple[tuple[str, str], ...]
    weight: float
    shorter: "Segment | None" = None
    counted: bool = False  # one of several; a number says how many of them had to go

    @property
    def width(self) -> int:
        """Width in columns."""
        return sum(len(text) for _, text in self.fragments)


class StatusBar:
    """Turns snapshots into two lines. It remembers dropouts, and meters while they fall."""

    def __init__(self) -> None:
        self._levels: dict[str, float] = {}  # dBFS
        self._looked_s = 0.0
        self._dropouts = Dropouts()

    def lines(
        self, snapshot: Snapshot, work: Work, touch: Touch, width: int, now_s: float
    ) -> tuple[StyleAndTextTuples, StyleAndTextTuples]:
        """Return the two lines, `width` columns each."""
        judged = self._dropouts.judge(snapshot.late, snapshot.underruns, now_s, snapshot.heard)
        status = snapshot.status
        left = [*_piece(status), *_touch(touch), *_judged(status), *_values(status)]
        right = [
            *_unheard(snapshot), *_mind(snapshot, work), *_tape(snapshot), *_room(snapshot),
            *_rings(status),
        ]  # fmt: skip
        above = line(left, right, width)
        below = line(
            _names(status, self._fallen(snapshot, now_s)), _engine(snapshot, judged), width
        )
        return above, below

    def _fallen(self, snapshot: Snapshot, now_s: float) -> dict[str, float]:
        """Return the level of each name in dBFS; levels fall slowly from where they were."""
        fall_db = FALL_DB_PER_S * (now_s - self._looked_s)
        self._looked_s = now_s
        self._levels = {
            name: max(
                decibels(snapshot.levels.get(name, 0.0)),
                self._levels.get(name, METER_FLOOR_DB) - fall_db,
            )
            for name in snapshot.status.sounding
        }
        return self._levels


def line(left: Sequence[Segment], right: Sequence[Segment], width: int) -> StyleAndTextTuples:
    """Join segments at both ends of a line, and leave out the least important if need be."""
    left, right, gone = list(left), list(right), 0
    while True:
        count = [Segment((("class:status.dim", f"+{gone}"),), math.inf)] if gone else []
        used = sum(segment.width + 2 for segment in [*left, *count, *right])
        if used <= width or not (left or right):
            break
        least = min([*left, *right], key=lambda segment: segment.weight)
        side = left if least in left else right
        at = side.index(least)
        side[at : at + 1] = [] if least.shorter is None else [least.shorter]
        gone += least.counted and least.shorter is None
    if used > width:  # not even the count has room
        count, used = [], 0
    fragments: StyleAndTextTuples = []
    for segment in [*left, *count]:
        fragments += [("", " "), *segment.fragments, ("", " ")]
    fragments.append(("", " " * (width - used)))
    for segment in right:
        fragments += [("", " "), *segment.fragments, ("", " ")]
    return fragments


def number(value: float) -> str:
    """Return a number with few digits: 0.53, −12.5, 4000."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f}".replace("-", "−")


def bar(value: float) -> str:
    """Return a number from 0 to 1 as one character."""
    return _EIGHTHS[min(7, max(0, int(value * 8)))] if math.isfinite(value) else "?"


def meter(peak: float) -> str:
    """Return the level of a peak, from METER_FLOOR_DB to 0 dBFS, as a bar of METER_CELLS columns."""
    share = 1 - decibels(peak) / METER_FLOOR_DB
    eighths = min(8 * METER_CELLS, max(0, round(share * 8 * METER_CELLS)))
    full, part = divmod(eighths, 8)
    return ("█" * full + (_PARTS[part] if part else "")).ljust(METER_CELLS)


def decibels(peak: float) -> float:
    """Return a peak in dBFS, but METER_FLOOR_DB at least."""
    if not peak > 0:  # also true of NaN
        return METER_FLOOR_DB
    return max(METER_FLOOR_DB, 20 * math.log10(peak))


def clock(seconds: float) -> str:
    """Return minutes and seconds as `1:05`, rounded up, so that 0:00 is the end."""
    whole = math.ceil(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _piece(status: Status) -> list[Segment]:
    """Return scene, bar and beat, and tempo."""
    segments = []
    if (scene := status.scene) is not None:
        time_left = "" if scene.left_s is None else f" {clock(scene.left_s)}"
        name = ("class:status.scene", scene.name[:24])
        segments.append(Segment((name, ("", time_left)), 8))
    if status.beat is not None:
        bars, passed = divmod(status.bar, 1.0)
        within, beats = int(passed * status.beats_per_bar), math.ceil(status.beats_per_bar)
        dots = "".join("●" if at == within else "·" for at in range(beats))
        segments.append(Segment((("", f"{int(bars) + 1} {dots}"),), 4))
        tempo = f"{round(status.tempo, 1):g} bpm"
        segments.append(Segment((("class:status.dim", tempo),), 1))
    return segments


def _unheard(snapshot: Snapshot) -> list[Segment]:
    """Return that nobody hears what sounds, and why."""
    if not snapshot.unheard:
        return []
    short = Segment((("class:status.alarm", " UNHEARD "),), 11)
    text = f" nobody hears this: {snapshot.unheard} (F3) "
    return [Segment((("class:status.alarm", text),), 11, short)]


def _tape(snapshot: Snapshot) -> list[Segment]:
    """Return how long the recording is, or that it had to stop."""
    tape = snapshot.tape
    if tape.error:
        return [Segment((("class:status.alarm", " not recording "),), 8.5)]
    if not tape.on:
        return []
    minutes, seconds = divmod(int(snapshot.recorded_s), 60)
    stems = " stems" if tape.stems else ""
    short = Segment((("class:status.bad", "●"),), 8.5)
    text = f" {minutes}:{seconds:02d}{stems}"
    return [Segment((("class:status.bad", "●"), ("", text)), 8.5, short)]


def _room(snapshot: Snapshot) -> list[Segment]:
    """Return how many watch the stage page, or that it is black."""
    if snapshot.blackout:
        return [Segment((("class:status.alarm", " stage dark (Alt+O) "),), 8)]
    if not snapshot.staged:
        return []
    watch = f"stage {snapshot.viewers} watch" if snapshot.viewers else "stage: nobody"
    return [Segment((("class:status.dim", watch),), 4)]


def _rings(status: Status) -> list[Segment]:
    """Return whether rings send, and their twist."""
    if not status.rings:
        return []
    heard = "ok" in status.rings
    segments = [Segment((("class:status.dim", f"rings {status.rings}"),), 5 if heard else 2)]
    if twist := status.twist:
        segments.append(Segment((("", f"twist {_needle(twist)} {twist:+.2f}"),), 3))
    return segments


def _needle(value: float, cells: int = 9) -> str:
    """Return a line from −1 to 1 with a mark at `value`."""
    at = min(cells - 1, max(0, round((value + 1) / 2 * (cells - 1))))
    return "".join("┃" if cell == at else "─" for cell in range(cells))


def _touch(touch: Touch) -> list[Segment]:
    """Return orphans, the last like or dislike, and the chosen fader."""
    segments = []
    if touch.orphans:
        first, *more = touch.orphans
        others = f" +{len(more)}" if more else ""
        short = Segment((("class:status.alarm", f" F4 ends {first} "),), 9)
        text = f" orphan: {first}{others} (F4 ends it) "
        segments.append(Segment((("class:status.alarm", text),), 8.5, short))
    if touch.struck:
        segments.append(Segment((("class:status.good", touch.struck),), 9))
    if touch.fader is not None:
        which, value = touch.fader
        fragments = (
            ("class:status.dim", f"fader {which} "),
            ("class:status.bars", bar(value)),
            ("", f" {value:.2f}"),
        )
        segments.append(Segment(fragments, 7))
    return segments


def _judged(status: Status) -> list[Segment]:
    """Return what is compared, what duets do, and what rewards have said in half a minute."""
    segments = []
    for name, compared in status.compared.items():
        plays = "①②"[compared.which - 1]
        ask = " Alt+9 first Alt+0 second" if compared.pair else ""
        short = (("class:status.dim", f"{name[:16]} "), ("class:status.good", plays))
        learned = ("class:status.dim", f"{ask} · {compared.comparisons}")
        segments.append(Segment((*short, learned), 6, Segment(short, 6.5)))
    for name, does in status.duets.items():
        style = "good" if does == "answers" else "bars" if does == "hears" else "dim"
        fragments = (("class:status.dim", f"{name[:16]} "), (f"class:status.{style}", does))
        segments.append(Segment(fragments, 6))
    for order, (title, numbers) in enumerate(status.plotted.items()):
        if numbers:
            low, high = min(numbers), max(numbers)
            cells = [bar((each - low) / (high - low) if high > low else 0.0) for each in numbers]
            drawn = ("class:status.bars", "".join(cells))
            newest = ("", f" {number(numbers[-1])}")
            segments.append(
                Segment((("class:status.dim", f"{title} "), drawn, newest), 3.5 - order / 100)
            )
    return segments


def _values(status: Status) -> list[Segment]:
    """Return settings that vary now, such as `ego.level 0.53`."""
    values = list(status.values.items())[:MOST_VALUES]
    return [
        Segment((("class:status.dim", f"{name} "), ("", number(value))), 3 - order / 100)
        for order, (name, value) in enumerate(values)
    ]


def _names(status: Status, levels: Mapping[str, float]) -> list[Segment]:
    """Return the names that sound with their levels; agents with position and reward, tilts with push."""
    sounding, agents = status.sounding, status.agents
    segments = []
    for order, name in enumerate(sounding):
        fragments = [("class:status.name", name[:16]), *_mixed(sounding[name], levels[name])]
        short = Segment(tuple(fragments), 7 - order / 100, counted=True)
        if name in agents:
            details = _agent(agents[name])
            segments.append(Segment((*fragments, *details), 4 - order / 100, short))
        elif stream := _stream(status, name):
            segments.append(Segment((*fragments, *stream), 4 - order / 100, short))
        else:
            segments.append(short)
    return segments


def _stream(status: Status, name: str) -> tuple[tuple[str, str], ...]:
    """Return how far a stream is pushed from its model, and what it has learned."""
    told = []
    if name in status.pushed:
        told.append(f" ⇗{status.pushed[name]:.0f} bit/s")
    if name in status.learned:
        told.append(f" learned: {status.learned[name]}")
    return tuple(("class:status.dim", each) for each in told)


def _mixed(sound: SoundStatus, level_db: float) -> list[tuple[str, str]]:
    """Return whether a name is muted, dim if it is because others are solo; or solo; and its level."""
    if sound.muted:
        return [(f"class:status.{'loud' if sound.by_name else 'dim'}", " M")]
    return [*([("class:status.good", " S")] if sound.solo else []), _level(level_db)]


def _level(level_db: float) -> tuple[str, str]:
    """Return a level as a style and a bar of one column."""
    share = 1 - level_db / METER_FLOOR_DB
    return f"class:status.{_colour(level_db)}", f" {bar(share)}" if share > 0 else " ·"


def _agent(agent: AgentStatus) -> tuple[tuple[str, str], ...]:
    """Return an agent's position, reward, and the terms of the reward."""
    bars = "".join(bar(x) for x in agent.position[:MOST_BARS])
    reward = agent.reward
    colour = "good" if reward > 0.005 else "bad" if reward < -0.005 else "dim"
    text = f"{reward:+.2f}".replace("-", "−")
    parts = [f" {name[:8]}{part:+.2f}".replace("-", "−") for name, part in agent.terms.items()]
    summed = "".join(parts[:MOST_TERMS]) if len(parts) > 1 else ""
    return (
        ("class:status.bars", f" {bars} "),
        (f"class:status.{colour}", text),
        ("class:status.dim", summed),
    )


def _colour(level_db: float) -> str:
    """Return the style of a level: good, loud, or too loud."""
    return "alarm" if level_db > -0.1 else "loud" if level_db > -6 else "good"


def _engine(snapshot: Snapshot, judged: str) -> list[Segment]:
    """Return the master's level and loudness, the load, dropouts, and the back end."""
    peak, held = max(snapshot.peak, snapshot.master.peak), snapshot.master.held
    level = decibels(max(peak, held))
    shown = f"{level:+.0f}".replace("-", "−") if level > METER_FLOOR_DB else "−∞"
    colour = f"class:status.{_colour(level)}"
    lufs = snapshot.master.lufs
    loud = f"{lufs:.0f}".replace("-", "−") if math.isfinite(lufs) else "−∞"
    style = f"class:status.{_JUDGED[judged]}"
    counts = f"late {snapshot.late} · xruns {snapshot.underruns} "
    word = Segment(((style, judged),), 2.5 if judged == OK else 8)
    return [
        Segment(((colour, holding(meter(peak), held)), ("", f"{shown:>4} dB")), 9),
        Segment((("class:status.dim", f"{loud:>3} LUFS"),), 2.2),
        Segment((("class:status.dim", f"load {snapshot.load:3.0%}"),), 2),
        Segment((("class:status.dim", counts), (style, judged)), word.weight, word),
        Segment((("class:status.dim", _short(snapshot.device)),), 1),
    ]


def holding(bars: str, held: float) -> str:
    """Return a meter's bar with a mark at the peak that is held, if that is above the bar."""
    share = 1 - decibels(held) / METER_FLOOR_DB
    cell = min(METER_CELLS - 1, math.floor(share * METER_CELLS))
    if share <= 0 or bars[cell] != " ":
        return bars
    return f"{bars[:cell]}▕{bars[cell + 1 :]}"


def _short(device: str) -> str:
    """Return the name of a back end without its details."""
    return device.split(" (")[0][:18]


def _mind(snapshot: Snapshot, work: Work) -> list[Segment]:
    """Return that the mind starts, works for long, or hangs."""
    if not work.ready:
        return [Segment((("class:status.busy", " the mind is starting "),), 10)]
    waiting = f", {work.waiting} waiting" if work.waiting else ""
    if work.running_s > 1:
        how = "restarts the mind" if work.stuck else "interrupts"
        text = f" running {work.running_s:.0f} s{waiting} · Ctrl-C {how} "
        return [Segment((("class:status.busy", text),), 10)]
    if snapshot.mind_silent_s > 1:
        text = f" the mind hangs: {snapshot.mind_silent_s:.0f} s "
        return [Segment((("class:status.busy", text),), 10)]
    return []
