"""Says in a model's file how it is drawn: `python -m tools.stream_heat MODEL structure=1.3 ridge=0.006 …`.

What is named is a fact (`structure`, `surface`, `structure_bend`, `surface_bend`, `longest_hold`, `brighter`,
`busier`, `dense`) or what the predictor can do without another training (`ridge`, `told`, `narrow`, `treble`,
`damped`, `sharpened`, `half_life_s`, `follows`). A fact without a value goes. Loudness and surprise are
measured again, in what is played from each moment: the loudness in the first `seconds`, more than 6 for what
begins with a call and then pauses, the surprise in ten times as many. The size that residuals are held to is
measured again too, in a model that has one, once its predictor does something else.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from livecode.finishing.stream_following import follow
from livecode.finishing.stream_moments import SECONDS, heard
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.neural.samplernn.fullband.config import OF_THE_PREDICTOR, FullbandConfig
from livecode.neural.samplernn.fullband.heat import FACTS
from livecode.voices.loaded import Loaded

USUAL = FullbandConfig()


def main(arguments: Sequence[str]) -> int:
    """Write the file again, with its tensors as they are."""
    path = Path(arguments[0])
    meta, tensors = read_model(path)[0], stored_tensors(path)
    facts, config, seconds = dict(meta.facts), dict(meta.config), SECONDS
    before = dict(config)
    for argument in arguments[1:]:
        name, _, value = argument.partition("=")
        if name == "seconds":
            seconds = float(value)
        elif name in OF_THE_PREDICTOR:
            config[name] = type(getattr(USUAL, name))(value)
        elif name not in FACTS:
            print(f"{name} is none of {', '.join(FACTS + OF_THE_PREDICTOR)}", file=sys.stderr)
            return 2
        elif value:
            facts[name] = float(value)
        else:
            facts.pop(name, None)
    if not config.get("follows"):
        config.pop("followed", None)
    meta = replace(meta, facts=facts, config=config)
    write_model(path, tensors, meta)
    if "followed" in config and config != before:
        follow(path, config["follows"])
        meta = replace(meta, config=read_model(path)[0].config)
    loudness, surprise = heard(Loaded(path), seconds)
    facts |= {"lufs": round(loudness, 2), "drawn_bits": round(surprise, 3)}
    write_model(path, tensors, replace(meta, facts=facts))
    print({name: facts.get(name) for name in (*FACTS, "lufs", "drawn_bits")})
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
