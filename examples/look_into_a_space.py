"""A latent space without any agent: sweep an axis, and ask where a sound of your own lies in it.

Run `python examples/look_into_a_space.py`.
"""

import argparse

import numpy as np

from livecode import load_model
from livecode.neural.audio.spectrum import log_spectral_distance_db

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--model", default="additive")
options = parser.parse_args()

space = load_model(options.model)
print(f"{space.name}: {space.latent} axes, {', '.join(space.axis_names)}")

middle = np.full(space.latent, 0.5)
for axis, name in enumerate(space.axis_names):
    ends = np.stack([middle, middle])
    ends[:, axis] = 0, 1
    one, other = space.decode(space.place(ends))  # magnitudes (bins,)
    print(f"  {name:<16} changes the sound by {log_spectral_distance_db(one, other):4.1f} dB")

time_s = np.arange(space.sample_rate) / space.sample_rate
sound = sum(np.sin(2 * np.pi * 220 * i * time_s) / i for i in range(1, 9))
point = space.encode(0.1 * sound).mean(0)
print("a sawtooth of 220 Hz lies at", space.position(point).round(2))
