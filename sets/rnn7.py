"""Arcs and splices: two SampleRNNs, their temperatures bent in one long gesture, cut into each other.

After the experiments that artists made with SampleRNN: forty-five seconds from cautious to unhinged
(0.875 to 1.15), an arc up and back down (0.75, 1.1, 0.75), and hundreds of takes cut together. Here
the takes are not chosen beforehand: they are being written while you hear them.

    livecode play sets/rnn7.py          livecode render sets/rnn7.py -o rnn7.wav
"""

tempo(84)

# %% one take  for=45*s
# One stream, from cautious to unhinged in one breath. `seed` makes it the same take every night.
piano = stream("piano", temperature=ramp(0.875, 1.15, over=45*s), seed=7)
choir = stream("chorale", temperature=0.9, seed=7, level=0)   # it is there, but not heard yet

@dsp
def room(piano, choir, size=0.7, wet=0.25):           # both streams, in one room
    dry = piano + choir
    return dry * (1 - wet) + Freeverb(dry, size=size, bal=1.0, mul=wet)

# %% splice  for=32*beats
# The choir is cut in on every other beat. A square has edges; `lag` rounds them so that none clicks.
cut = square(0, 1, period=2*beats).lag(20*ms)
piano.level = cut
choir.level = 0.9 * (1 - cut)
piano.temperature = 1.0
choir.temperature = ramp(0.75, 1.1, 0.75, over=32*beats)

# %% stutter  for=32*beats
# `frozen` repeats the last second; with a curve it stutters in time, and goes on where it was.
piano.frozen = steps(0, 1, 0, 1, 1, 0, 1, 0, every=0.5*beats)
choir.level = ramp(0.2, 1.0, over=24*beats)
piano.level = 0.8

# %% one sings what the other wrote  for=40*s
# Another model under the same name: the crossfade takes eight seconds, and then there are two choirs.
piano.frozen = 0
piano.fade = 8*s
piano.model = "chorale"
piano.pan = sine(-0.6, 0.6, period=12*s)
choir.pan = -1 * piano.pan
room.wet = ramp(0.25, 0.7, over=30*s)

# %% unhinged  for=30*s
# Both go where no training has been. Their guard takes them back if they fall silent or burst.
piano.temperature = ramp(1.0, 1.35, over=25*s)
choir.temperature = ramp(1.0, 1.3, 1.05, over=30*s)

# %% and home
# The arc's other end: so cautious that only the likeliest is left.
piano.temperature = choir.temperature = ramp(1.0, 0.6, over=20*s)
piano.level = choir.level = ramp(0.9, 0, over=30*s)
