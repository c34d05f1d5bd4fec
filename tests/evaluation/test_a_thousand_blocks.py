"""A thousand evaluations at random: the sound goes on, nothing clicks, each name plays its last good version.

A model of what should be heard is kept beside the session. Each name sounds at frequencies of its
own, so that what it plays can be told from the sum.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.evaluation.evaluator import Result
from livecode.evaluation.history import STEPS
from tests.sound import longest_silence_s

RATE = 48000
NAMES = [f"s{index}" for index in range(6)]
QUIET = "q"  # an agent, a stream, hits or notes, too quiet for what they do to be taken for clicks
TURN = "turn"  # a function that runs every so often
NOTATIONS = ("bd*4, ~ cp", "hh*8 <oh ~>", "bd(3,8) [sn rim]*2", "<bd cp>*3 ~")
HALLS = ["h0", "h1"]
AMPLITUDE = 0.05
#: A step of this height in a sum of sines below 1.2 kHz stands out in the third difference, where
#: the sines themselves come to 0.0005 and the kink where a fade of 1 ms begins to 0.005.
CLICK = 0.012


@dataclass
class Version:
    """What a name is described as."""

    kind: str
    freq_hz: float | None = None  # of a sine
    level: float = 1.0
    takes: tuple[str, ...] = ()  # of a hall
    gain: float = 0.0

    @property
    def sounds(self) -> bool:
        return self.kind not in ("value", "every")


@dataclass
class Model:
    """What should be heard."""

    names: dict[str, Version] = field(default_factory=dict)
    muted: frozenset[str] = frozenset()
    settings: tuple[str, str] = ("", "")  # fade and quant

    def sines(self) -> list[str]:
        return [n for n, v in self.names.items() if v.freq_hz is not None and n not in self.muted]

    def amplitude(self, name: str) -> float:
        """Of the sine of that name, straight or through the halls that take it."""
        version = self.names[name]
        halls = [(n, v) for n, v in self.names.items() if name in v.takes]
        through = sum(v.gain * v.level * (n not in self.muted) for n, v in halls)
        return AMPLITUDE * version.level * (name not in self.muted) * (through if halls else 1.0)


class Performer:
    """Types blocks at random, and keeps the model."""

    def __init__(self, session: Session, seed: int, folder: Path):
        self.session, self.rng, self.folder = session, np.random.default_rng(seed), folder
        self.model, self.steps = Model(), []
        self.heard: list[np.ndarray] = []
        self.typed: list[tuple[float, str]] = []

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def listen(self, seconds: float) -> np.ndarray:
        audio = self.session.advance(seconds)
        self.heard.append(audio)
        return audio

    def type(self, code: str, after: Model | None, says: str = "") -> Result:
        """Evaluate; `after` is the model if it succeeds, None if it must not."""
        self.typed.append((self.session.time, code))
        result = self.session.eval(code)
        assert result.ok == (after is not None), (code, result.error)
        assert "livecode itself" not in (result.error or ""), result.traceback
        assert says in (result.error or ""), (code, result.error)
        if after is not None:
            self.step(after, result)
        return result

    def step(self, after: Model, result: Result) -> None:
        mix = (after.muted, after.settings) != (self.model.muted, self.model.settings)
        if result.names or mix:
            self.steps = [*self.steps[1 - STEPS :], self.model]
        self.model = after

    # what is typed

    def begin(self) -> None:
        for name in NAMES[:3]:
            self.define(name, "sine")
        self.listen(1.0)

    def define(self, name: str = "", kind: str = "") -> None:
        name = name or self.pick(NAMES)
        kind = kind or self.pick(["sine", "sine", "sine", "file"])
        after = copy.deepcopy(self.model)
        number = NAMES.index(name)
        fade = self.pick(["", "", "0", "0.02*s", "0.3*s", "1*s"])
        setting = f"\n{name}.fade = {fade}" if fade else ""
        before = after.names.get(name)
        level = before.level if before is not None and before.kind == kind else 1.0
        if kind == "sine":
            freq = 200 + 7 * number + 49 * int(self.rng.integers(12))
            code = f"@dsp\ndef {name}(): return Sine({freq}, mul={AMPLITUDE})"
        else:
            freq = 850 + 50 * number
            path = self.folder / f"{freq}.wav"
            time_s = np.arange(RATE) / RATE
            if not path.exists():
                soundfile.write(path, AMPLITUDE * np.sin(2 * np.pi * freq * time_s), RATE, "FLOAT")
            code = f"{name} = sample({str(path)!r})"
        after.names[name] = Version(kind, freq, level)
        self.type(code + setting, after)

    def quiet(self) -> None:
        kind = self.pick(["agent", "stream", "hits", "notes"])
        what = {
            "agent": f"space('additive'), seed={int(self.rng.integers(9))}",
            "stream": f"'test', seed={int(self.rng.integers(9))}",
            "hits": f"pattern({self.pick(NOTATIONS)!r}).degrade_by(0.2)",
            "notes": f"pattern('0 <3 7> [5 2] ~').rev(), {self.pick(['bass', 'pluck', 'pad'])!r}",
        }[kind]
        after = copy.deepcopy(self.model)
        after.names[QUIET] = Version(kind)
        self.type(f"{QUIET} = {kind}({what}, level=0.002)", after)

    def every(self) -> None:
        """A function of the beat sets what changes nothing that is measured, or fails."""
        name = self.pick([n for n, v in self.model.names.items() if v.freq_hz])
        sets = self.pick(["{0}.pan = 0 * beat", "{0}.pan = pattern('0 0')", "1 / 0"]).format(name)
        after = copy.deepcopy(self.model)
        after.names[TURN] = Version("every")
        self.type(
            f"@every({self.pick(['1*beats', '1*bars', '0.3*s'])})\ndef {TURN}(beat): {sets}", after
        )

    def hall(self) -> None:
        name = self.pick(HALLS)
        sounding = [n for n in NAMES if n in self.model.names and self.model.names[n].sounds]
        takes = tuple(sorted({self.pick(sounding) for _ in range(2)}))
        gain = self.pick([0.5, 1.0])
        after = copy.deepcopy(self.model)
        level = after.names[name].level if name in after.names else 1.0
        after.names[name] = Version("dsp", None, level, takes, gain)
        self.type(
            f"@dsp\ndef {name}({', '.join(takes)}): return ({' + '.join(takes)}) * {gain}", after
        )

    def level(self) -> None:
        name = self.pick([n for n, v in self.model.names.items() if v.freq_hz or v.takes])
        after = copy.deepcopy(self.model)
        level = after.names[name].level = self.pick([0.5, 0.8, 1.0])
        given = self.pick(
            [
                "{0}",
                "sine({0}, {0})",
                "{0} + 0*rings.twist",
                "lambda sound: {0}",
                "ramp(0, {0}, over=1*s)",
                "pattern('{0} <{0} {0}>')",
            ]
        )
        self.type(f"{name}.level = {given.format(level)}", after)

    def mute(self) -> None:
        name = self.pick(list(self.model.names))
        after = copy.deepcopy(self.model)
        word = self.pick(["mute", "unmute", "unmute"])
        change = frozenset({name})
        after.muted = after.muted | change if word == "mute" else after.muted - change
        if self.model.names[name].sounds and self.loud(after):
            self.type(f"{word}({name})", after)

    def delete(self) -> None:
        name = self.pick(list(self.model.names))
        after = copy.deepcopy(self.model)
        del after.names[name]
        after.muted -= {name}
        if self.loud(after):
            words = ["del {0}", "{0} = 3", "del {0}"]
            if self.model.names[name].sounds:
                words.append("free({0})")
            self.type(self.pick(words).format(name), after)

    def become_a_curve(self) -> None:
        name = self.pick(NAMES)
        after = copy.deepcopy(self.model)
        after.names[name] = Version("value")
        after.muted -= {name}
        if self.loud(after):
            self.type(f"{name} = sine(0, 1)", after)

    def fade_or_quant(self) -> None:
        after = copy.deepcopy(self.model)
        fade, quant = self.pick(["0", "0.02*s", "0.5*s"]), self.pick(["0", "0.1*s", "1*beats"])
        after.settings = (fade, quant)
        self.type(f"fade({fade})\nquant({quant})\ntempo({self.pick([90, 120, 200])})", after)

    def undo(self) -> None:
        if self.steps and self.loud(self.steps[-1]):
            self.model = self.steps.pop()
            self.type("undo()", self.model)

    def fail(self) -> None:
        name = self.pick([n for n, v in self.model.names.items() if v.freq_hz])
        code, says = self.pick([
            ("{0}.level = 0\n1/0", "ZeroDivisionError"),
            ("del {0}\nmute('s0')\nraise SystemExit", "nothing was changed"),
            ("{0} = 3\nraise KeyboardInterrupt", "interrupted"),
            ("fade(9*s)\n{0} = sine()\n{0}.level", "nothing called 'level'"),
            ("hush(0)\npanick()", "NameError"),
            ("undo()\ngo(7)\nnone", "NameError"),
            ("{0}.level = (", "never closed"),
            ("{0} = = 3", "invalid syntax"),
            ("x = 1\0", "null byte"),
            ("{0}.level = 'loud'", "from 0 to 4"),
            ("{0}.level = float('nan')", "from 0 to 4"),
            ("{0}.levle = 1", "did you mean level?"),
            ("{0}.pan = {0}", "neither a number"),
            ("{0}.level = lambda t: None", "a number was needed"),
            ("{0}.level = lambda suond: 1", "did you mean sound?"),
            ("{0}.level = lambda t: 1 / 0", "ZeroDivisionError"),
            ("@dsp\ndef {0}(): return Nope()", "NameError"),
            ("@dsp\ndef {0}(): return 3", "returns a pyo object"),
            ("@dsp\ndef {0}(): return open('x')", "out of reach"),
            ("@dsp\ndef {0}({0}): return {0}", "cannot take itself"),
            ("@dsp\ndef {0}(nobody): return nobody", "does not sound"),
            ("{0} = sample('/no/such/file.wav')", "no such file"),
            ("{0} = agent('nowhere')", "nowhere"),
            ("{0} = stream('nowhere')", "nowhere"),
            ("tempo(1e9)", "20 to 400"),
            ("{0}.level = pattern('0.5 [')", "column"),
            ("x = hits('bd*4', kit('/no/such/folder'))", "is not there"),
            ("x = notes('0 2', 'plukc')", "did you mean pluck?"),
            ("@every(0)\ndef x(): pass", "@every takes"),
            ("def f(): f()\nf()", "RecursionError"),
        ])  # fmt: skip
        self.type(code.format(name), None, says)

    def hang(self) -> None:
        name = self.pick([n for n, v in self.model.names.items() if v.freq_hz])
        self.type(f"def spin(t):\n    while True: pass\n{name}.level = spin", None, "took longer")

    def fail_in_part(self) -> None:
        good, bad = self.pick(NAMES), "never"
        after = copy.deepcopy(self.model)
        freq = 200 + 7 * NAMES.index(good) + 49 * 3
        before = after.names.get(good)
        level = before.level if before is not None and before.kind == "sine" else 1.0
        after.names[good] = Version("sine", freq, level)
        result = self.session.eval(
            f"@dsp\ndef {good}(): return Sine({freq}, mul={AMPLITUDE})\n@dsp\ndef {bad}(): return None"
        )
        assert not result.ok
        assert set(result.names) <= {good}
        assert f"there is no {bad} yet" in result.error
        self.step(after, result)

    def fail_later(self) -> None:
        """Versions that are found out while they play: the model stays as it is."""
        name = self.pick([n for n, v in self.model.names.items() if v.kind == "sine"] or NAMES[:0])
        if not name:
            return
        code = self.pick([
            "@dsp\ndef {0}(): return Sig(0.5)",
            "@dsp\ndef {0}(): return Sine(300) * 1e6",
            "@dsp\ndef {0}(): return Sine(300, mul=0.001) * (Sig(float('inf')) - Sig(float('inf')))",
            "n = [0]\ndef tired(t):\n    n[0] += 1\n    return 0.7 / (n[0] < 9)\n{0}.level = tired",
        ])  # fmt: skip
        self.listen(1.5)  # what plays has begun, and is what is to come back
        self.type(code.format(name), copy.deepcopy(self.model))
        self.listen(1.5)

    def loud(self, model: Model) -> bool:
        """Whether at least two sines would be well heard."""
        return sum(model.amplitude(name) > 0.01 for name in model.sines()) >= 2

    ACTIONS: tuple[tuple[Callable[["Performer"], None], int], ...] = (
        (define, 8), (quiet, 2), (hall, 3), (level, 5), (mute, 3), (delete, 2), (become_a_curve, 1),
        (fade_or_quant, 1), (undo, 3), (every, 2), (fail, 12), (fail_in_part, 1), (fail_later, 1),
    )  # fmt: skip

    def play(self, evaluations: int, longest_s: float, hangs: int) -> None:
        weights = np.array([weight for _, weight in self.ACTIONS])
        spinning = set(self.rng.choice(evaluations, hangs, replace=False))
        self.begin()
        for number in range(evaluations):
            if number in spinning:
                self.hang()
            else:
                action = self.ACTIONS[self.rng.choice(len(weights), p=weights / weights.sum())][0]
                while not self.would_stay_loud(action):
                    action = self.pick(self.ACTIONS)[0]
                action(self)
            self.listen(float(self.rng.uniform(0.02, longest_s)))
            if number % 50 == 49:
                self.check()
        self.check()

    def would_stay_loud(self, action) -> bool:
        return action is Performer.define or self.loud(self.model)

    # what is heard

    def check(self) -> None:
        """Every name on its last good version."""
        self.listen(3.0)  # the longest fade, quant and blend
        audio = self.listen(1.0)[:RATE].mean(axis=1)
        window = np.hanning(len(audio))
        time_s = np.arange(len(audio)) / RATE
        sounding = {row.name for row in self.session.running()}
        for name, version in self.model.names.items():
            thing = self.session.get(name)
            assert thing.kind == {"sine": "dsp", "file": "sample"}.get(version.kind, version.kind)
            assert (name in sounding) == version.sounds, name
            if version.freq_hz is not None:
                tone = np.exp(-2j * np.pi * version.freq_hz * time_s)
                amplitude = 2 * abs((audio * window * tone).sum()) / window.sum()
                expected = self.model.amplitude(name)
                assert amplitude == pytest.approx(expected, rel=0.1, abs=0.003), (name, version)
        assert sounding <= set(self.model.names)


def perform(seed: int, folder: Path, evaluations: int, longest_s: float, hangs: int) -> float:
    """Play, and hold it to what must hold; returns the seconds that it lasted."""
    with Session(seed=seed) as session:
        performer = Performer(session, seed, folder)
        performer.play(evaluations, longest_s, hangs)
        audio = np.concatenate(performer.heard)
        assert np.isfinite(audio).all()
        assert longest_silence_s(audio[RATE // 2 :], RATE) < 0.005
        clicks = np.abs(np.diff(audio, 3, axis=0)).max(axis=1)
        at_s = clicks.argmax() / RATE
        near = [row for row in performer.typed if at_s - 2 < row[0] <= at_s]
        assert clicks.max() < CLICK, f"a click at {at_s:.3f} s, after {near}"
        assert session.engine.errors == 0
        return len(audio) / RATE


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_after_sixty_random_blocks_each_name_plays_its_last_good_version(seed: int, tmp_path: Path):
    perform(seed, tmp_path, evaluations=60, longest_s=0.2, hangs=2)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ten_minutes_and_a_thousand_blocks_leave_no_gap_no_click_and_no_name_behind(tmp_path: Path):
    assert perform(7, tmp_path, evaluations=1000, longest_s=0.95, hangs=20) > 600
