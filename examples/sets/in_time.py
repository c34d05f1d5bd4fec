"""In time: curves in beats and bars, and swaps that wait for the bar. `tempo` takes all along."""

tempo(132)
quant(1*bars)                           # what is swapped waits for the next bar

@dsp
def kick(hit=0, fall=0):
    return Sine(45 + 160 * fall, mul=0.8 * hit)

kick.hit = env(3*ms, 200*ms, every=1*beats)
kick.fall = env(1*ms, 60*ms, every=1*beats)

# %% in fours  for=2*bars
ego = agent(space("additive"), dims=2, every=0.5*beats, step=0.2, seed=3)
ego.level = steps(1, 0, 0.5, 0, 1, 1, 0, 0.3, every=0.25*beats).lag(5*ms)

# %% another space, on the bar  for=2*bars quant=1*bars
ego = agent(space("orchestra"), dims=2, every=0.5*beats, step=0.2, seed=3, fade=20*ms)
ego.pan = tri(-0.6, 0.6, period=1*bars)

# %% half as fast
tempo(66)
