"""Random programs: what performers type, in any order and combination, with loads that take long."""

import random
from collections.abc import Callable

NAMES = ("a", "b", "c")
SPACES = ("additive", "orchestra")


def program(rng: random.Random) -> list[str]:
    """Draw the blocks of one program, of one to four statements each."""
    return [
        "\n".join(_statement(rng) for _ in range(rng.randint(1, 4)))
        for _ in range(rng.randint(2, 3))
    ]


def _statement(rng: random.Random) -> str:
    return rng.choices(*zip(*_STATEMENTS, strict=True))[0](rng)


def _name(rng: random.Random) -> str:
    return rng.choice(NAMES)


def _number(rng: random.Random, low: float, high: float) -> str:
    return f"{rng.uniform(low, high):.3f}"


def _length(rng: random.Random) -> str:
    return rng.choice(["0.25*beats", "0.5*beats", "1*beats", "80*ms", "0.3*s", "1*bars"])


def _value(rng: random.Random, low: float, high: float) -> str:
    """A number, a curve, a signal, a function, or arithmetic of them, about from `low` to `high`."""
    one, two = sorted(_number(rng, low, high) for _ in range(2))
    return rng.choice(
        [
            one,
            f"sine({one}, {two}, period={_length(rng)})",
            f"steps({one}, {two}, {one}, every={_length(rng)})",
            f"ramp({one}, {two}, over={_length(rng)})",
            f"{one} + {_number(rng, 0, 0.2)} * noise(0, 1, every={_length(rng)})",
            f"{one} + 0.003 * beat",
            f"(lambda beat: {one} + 0.1 * (beat % 1))",
            f"{one} + 0.2 * rings.left.energy.lag(100*ms)",
            f"{one} + depth",
            f"hold({one} + sound.rms, every={_length(rng)})",
            f"env(10*ms, 100*ms, every={_length(rng)}).scale({one}, {two})",
        ]
    )


def _agent(rng: random.Random) -> str:
    dims = rng.choice(["2", "3", "steps(1, 3, every=0.5*beats)"])
    every = rng.choice(["30*ms", "50*ms", "0.25*beats"])
    return (
        f"{_name(rng)} = agent(space({rng.choice(SPACES)!r}), dims={dims}, every={every}, "
        f"level={_value(rng, 0.1, 0.4)}, step={_number(rng, 0.01, 0.1)})"
    )


def _hold(rng: random.Random) -> str:
    where = ", ".join(_value(rng, 0.1, 0.9) for _ in range(2))
    return (
        f"{_name(rng)} = space({rng.choice(SPACES)!r}).hold({where}, level={_value(rng, 0.1, 0.3)})"
    )


def _stream(rng: random.Random) -> str:
    model = rng.choice(["test"] * 9 + ["piano"])
    return f"{_name(rng)} = stream({model!r}, temperature={_value(rng, 0.8, 1.1)}, level=0.3)"


def _graph(rng: random.Random) -> str:
    taken = _name(rng)
    return (
        f"@dsp\ndef hall({taken}, cut=2000, wet=0.3):\n"
        f"    return ButLP({taken}, freq=cut) * wet + Noise(0.01)"
    )


def _setting(rng: random.Random) -> str:
    name = _name(rng)
    return rng.choice(
        [
            f"{name}.level = {_value(rng, 0.05, 0.4)}",
            f"{name}.pan = {_value(rng, -0.8, 0.8)}",
            f"{name}.every = {rng.choice(['20*ms', '60*ms', '0.25*beats', '0.125*beats'])}",
            f"{name}.dims = {rng.randint(1, 4)}",
            f"{name}.curiosity = {_value(rng, 0, 2)}",
            f"{name}.rest = {_value(rng, 0, 1)}",
            f"{name}.reward = {_value(rng, -0.5, 0.5)}",
            f"{name}.reward = lambda sound: sound.brightness",
            f"{name}.texture = {_value(rng, 0, 1)}",
            f"hall.cut = 500 + 3000 * {_value(rng, 0, 1)}",
            f"hall.wet = {_value(rng, 0, 0.5)}",
            f"{name}.space = space({rng.choice(SPACES)!r})",
        ]
    )


def _told(rng: random.Random) -> str:
    name = _name(rng)
    instruction = rng.choice(
        [
            "like()",
            "dislike()",
            "like_here()",
            "jump()",
            "stay()",
            "back(0.3)",
            "surprise(0.5)",
            "forget()",
        ]
    )
    return f"{name}.{instruction}"


def _mixing(rng: random.Random) -> str:
    name = _name(rng)
    return rng.choice(
        [
            f"tempo({rng.randint(70, 180)})",
            f"tempo({rng.randint(70, 180)})",
            "tempo.tap()",
            f"fade({_number(rng, 0, 0.5)}*s)",
            f"quant({rng.choice(['0', '0.25*beats', '0.5*beats'])})",
            f"mute({name})",
            "unmute()",
            f"solo({name})",
            "solo()",
            f"hush({_number(rng, 0.05, 0.3)}*s)",
            f"del {name}",
            "undo()",
            "redo()",
        ]
    )


def _slow(rng: random.Random) -> str:
    return f"import time; time.sleep({_number(rng, 0.05, 0.5)})"


def _read(rng: random.Random) -> str:
    """Something that depends on when exactly it is read."""
    name = _name(rng)
    return rng.choice(
        [
            "depth = 0.05 + 0.1 * (float(beat) % 1)",
            f"{name}.pan = float(beat) % 1",
            f"{name}.level = 0.1 + 0.1 * float(rings.left.energy)",
            f"{name}.pan = {name}.position[0] - 0.5",
            f"print({name}.beliefs)",
            f"{name}.seed = int(float(t) * 1000) % 97",
        ]
    )


def _depth(rng: random.Random) -> str:
    return f"depth = {_value(rng, 0, 0.1)}".replace("depth = ", "depth = 0.5 * ").replace(
        "+ depth", ""
    )


def _fails(rng: random.Random) -> str:
    return rng.choice(["1 / 0", "nobody.level = 1", "raise SystemExit"])


_STATEMENTS: tuple[tuple[Callable[[random.Random], str], int], ...] = (
    (_agent, 4),
    (_hold, 3),
    (_stream, 2),
    (_graph, 1),
    (_setting, 8),
    (_told, 2),
    (_mixing, 5),
    (_slow, 3),
    (_read, 3),
    (_depth, 2),
    (_fails, 1),
)
