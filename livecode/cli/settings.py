"""How a performance is played, as far as the options of `play` and `fork` say it in the same words."""

import argparse

from livecode.cli.printing import can_ask
from livecode.cli.stage_page import stage_of
from livecode.processes.options import Options, master_file
from livecode.processes.sound_card import choose

#: How long engine, voices and mind play on when the terminal is killed or its window closed.
OUTLIVE_S = 600


def shared_settings(options: argparse.Namespace, sample_rate: int | None) -> Options:
    """Return what the options say of the sound card, OSC, recordings and the stage page.

    `sample_rate` in Hz is what is asked of the card; None: what it was set to last. The card's choice is
    kept. Raises LivecodeError if an output for the headphones is not among its outputs.
    """
    cue_out = None if options.cue_out is None else (options.cue_out[0], options.cue_out[1])
    card = choose(options.audio, options.device, sample_rate, options.outputs, cue_out)
    return Options(
        audio=card.audio,
        device=card.device,
        or_another=card.is_kept,
        outputs=card.outputs,
        cue_out=card.cue_out,
        sample_rate=card.sample_rate,
        osc_bind=options.osc_bind,
        osc_port=options.osc_port,
        record=master_file(options.record, options.stems),
        stems=None if options.stems is None else options.stems.resolve(),
        bits=options.bits,
        outlive_s=outlive_s(),
        stage=stage_of(options),
        stage_certificate=options.stage_cert,
        stage_key=options.stage_key,
        stage_audio=options.stage_audio,
    )


def outlive_s() -> int:
    """Return for how many seconds the sound outlives this process: 0 without a terminal."""
    return OUTLIVE_S if can_ask() else 0
