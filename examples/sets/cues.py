"""Scenes that find their own way: by condition, by length, by name, in a loop. F8 overrides them all.

`livecode play examples/sets/cues.py --cues` lets a second person cue over OSC.
"""

glass = space("additive")

# %% waiting
# when=lambda rings: rings.left.energy > 1
# Until somebody shakes the left hand, or presses F8. Lines right under the name belong to it.
ego = agent(glass, dims=1, every=100*ms, seed=3)

# %% storm  for=2*s fade=0.5*s
storm = stream("test", temperature=1.2, level=0.3)
ego.dims = 4

# %% calm  for=2*s then="coda" ends=["storm"] fade=1*s
ego.dims = 2

# %% by name alone
# Nothing leads here but go("by name alone").
ego.dims = 8

# %% coda  for=1.5*s loop=True
# Again and again, until F8, go() or loop(False).
ego.level = ramp(1, 0.2, over=1.5*s)
