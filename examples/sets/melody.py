"""Melody: notes of a scale by a synth, by one of your own, and in a space where an agent moves the timbre."""

tempo(110)

# %% a synth  for=2*bars
lead = notes("0 2 <4 7> [~ 9]", "pluck", scale="c minor", octave=4)
low = notes("0(3,8) <0 -2>", "bass", scale="c minor", octave=2, voices=1, level=0.8)
lead.cut = sine(800, 5000, period=2*bars)

# %% one of your own  for=2*bars
@synth
def ding(freq, gate, fall=0.4):
    return Sine(freq, mul=adsr(gate, attack=0.001, decay=fall, sustain=0)) * 0.3

lead.voice = ding
lead.legato = pattern("0.3 1")

# %% in a space
ego = agent(space("additive"), dims=3, every=0.25*beats, step=0.1, level=0, seed=2)
lead.voice = ego
