"""Patterns wherever a number goes, and wherever a name goes: places, levels, dimensions, spaces."""

tempo(120)
quant(1*bars)
wobble = pattern("<0.2 [0.4 0.8]>*4").every(4, pattern.rev)

# %% numbers  for=2*bars
ego = agent("additive", dims=pattern("<1 4>"), seed=3)
ego.level = wobble.lag(20*ms) + 0.1 * sine(0, 1, period=4*bars)
ego.pan = pattern("-0.6 0.6").lag(50*ms)

# %% names: another space in every bar
ego.space = pattern("<additive orchestra>")
ego.cut = pattern("800 <3000 8000>")
