"""On the beat: streams and agents cut, gated and swapped in time, over a drum that is four lines of pyo.

Everything here that moves follows the tempo: `quant` lets swaps wait for the bar, gates are curves in
beats, and `tempo(138)` in the middle of it all takes everything along. Evaluate any block again
with other numbers: the bar line keeps it in time.

    livecode play sets/algorave.py          livecode render sets/algorave.py -o algorave.wav
"""

tempo(132)

orchestra = space("orchestra")


# %% four on the floor  for=8*bars
# A kick: a sine whose pitch falls. Curves open it, so it is exactly where the beat is.
@dsp
def kick(hit=0, fall=0):
    return Sine(45 + 160 * fall, mul=0.9 * hit)

kick.hit = env(3*ms, 220*ms, every=1*beats)
kick.fall = env(1*ms, 60*ms, every=1*beats)

# A hat: noise, off the beat: half a beat later.
@dsp
def hat(hit=0, cut=7000):
    return ButHP(Noise(0.25 * hit), cut)

hat.hit = env(1*ms, 45*ms, every=1*beats, phase=0.5*beats)
hat.pan = 0.25

# %% a piano, gated  for=16*bars
# A SampleRNN in sixteenths: the pattern is the gate, the melody is whatever it happens to write.
quant(1*bars)                           # from here on, what is swapped waits for the bar line
piano = stream("quartet", temperature=0.95, seed=5, level=0)
gate = steps(1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, every=0.25*beats)
piano.level = 1.1 * gate.lag(6*ms)
piano.frozen = steps(0, 0, 0, 1, every=4*beats)         # each fourth bar repeats the last second

# %% the agent plays bass  for=16*bars
# One step of the agent is one note: an eighth long, two dimensions, as far as a step of 0.2 leaps.
@reward
def low(bass):                          # it is praised for what is dark
    return 0.5 - bass.brightness

bass = agent(orchestra, dims=2, every=0.5*beats, step=0.2, level=0, seed=3)
bass.reward = low
bass.level = 0.9 * env(8*ms, 180*ms, every=0.5*beats)
bass.pan = -0.2
hat.hit = env(1*ms, 40*ms, every=0.25*beats) * steps(0.5, 0.2, 1, 0.3, every=0.25*beats)

# %% break  for=8*bars ends=["kick"] fade=1*beats
# The kick is taken away; the choir comes in on the bar and is pushed up, and up.
choir = stream("choir", temperature=ramp(0.8, 1.2, over=8*bars), seed=2, level=0)
choir.level = ramp(0, 1.0, over=7*bars) * square(0.2, 1, period=0.5*beats).lag(5*ms)
choir.pan = tri(-0.7, 0.7, period=1*bars)
piano.level = 0.5 * gate.lag(6*ms)

# %% drop  for=16*bars
# Back, with the models swapped under their names: the gate stays, who is gated does not.
@dsp
def kick(hit=0, fall=0):
    return Disto(Sine(42 + 190 * fall, mul=hit), drive=0.6, slope=0.7, mul=0.7)

kick.hit = env(3*ms, 240*ms, every=1*beats)
kick.fall = env(1*ms, 70*ms, every=1*beats)
piano.model = "choir"
piano.level = 1.2 * gate.lag(4*ms)
choir.model = "quartet"
choir.level = 0.8 * square(0, 1, period=0.75*beats).lag(4*ms)
choir.temperature = 1.05
bass.dims = 4
bass.level = 1.0 * env(5*ms, 140*ms, every=0.25*beats)

# %% last train
# Half the tempo, the same set: everything that is counted in beats has twice the time.
tempo(66)
piano.frozen = 1
hat.level = ramp(1, 0, over=8*bars)
kick.level = ramp(1, 0, over=12*bars)
bass.level = ramp(1, 0, over=16*bars) * env(8*ms, 300*ms, every=1*beats)
choir.level = piano.level = ramp(0.8, 0, over=12*bars)
