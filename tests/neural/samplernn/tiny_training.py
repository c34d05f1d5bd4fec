"""A training that takes seconds: twenty seconds of sound, a tiny SampleRNN, and its curve."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.training.settings import TrainSampleRNNSettings

RATE = 8000
TINY = SampleRNNConfig(dim=24, frame_sizes=(4, 4), quantiser="linear", embedding=16)


def write_tones(path: Path) -> Path:
    """Twenty seconds of two tones, one gliding, at RATE."""
    t = np.arange(20 * RATE) / RATE
    glide = np.cumsum(330 + 110 * np.sin(t)) / RATE
    audio = 0.4 * np.sin(2 * np.pi * glide) + 0.2 * np.sin(2 * np.pi * 220 * t)
    noise = np.random.default_rng(0).normal(0, 0.004, len(t))
    soundfile.write(path, audio + noise, RATE)
    return path


def settings_for(tone: Path, out: Path, **more: object) -> TrainSampleRNNSettings:
    plain = TrainSampleRNNSettings(
        "tone",
        (tone,),
        TINY,
        sample_rate=RATE,
        steps=60,
        batch=4,
        sequence=64,
        sequences=20,
        takes_seconds=0.1,
        temperatures=(0.9, 1.0),
        checkpoint_minutes=1e-9,
        out=out,
    )
    return replace(plain, **more)


def curve_of(settings: TrainSampleRNNSettings) -> dict[int, float]:
    lines = (settings.out / "tone" / "run" / "curve.jsonl").read_text().splitlines()
    return {point["step"]: point["train"] for point in map(json.loads, lines)}
