"""Arcs and splices: six SampleRNNs, their temperatures bent in long gestures, cut into each other.

After what artists have made with SampleRNN: a take of forty-five seconds from cautious to unhinged
(0.875 to 1.15), an arc up and back down (0.75, 1.1, 0.75), one model that goes on from what another has
played, and hundreds of takes cut together. Here the takes are not chosen beforehand: they are being written
while you hear them, one to three at a time, and more under a fade.

    livecode play sets/rnn7.py          livecode render sets/rnn7.py -o rnn7.wav
"""

tempo(84)

# %% one take  for=36*s
# One stream, from cautious to unhinged in one breath: single notes in a large room, then more and more of them, drier and
# nearer. `seed` makes it the same take every night.
piano = stream("piano", temperature=ramp(0.8, 1.2, over=36*s), seed=7)
piano.density, piano.level = ramp(-8, 3, over=30*s), ramp(0.5, 1, over=36*s)
piano.room, piano.pan = ramp(0.7, 0.2, over=30*s), tri(-0.3, 0.3, period=12*s)
piano.transpose = pattern("<0!4 5 3 0!3 -2 0>")                   # a bar each

# %% a choir beneath  for=16*bars quant=1*bars
# The other arc, up and back down. The piano sinks by a fourth meanwhile, and thins out: fewer attacks, then more.
choir = stream("chorale", temperature=ramp(0.75, 1.1, 0.75, over=16*bars), seed=7)
choir.level, choir.room, choir.pan = ramp(0, 1, over=10*bars), 0.5, 0.2
piano.temperature, piano.room, piano.pan = 1, 0.35, -0.15
piano.transpose = pattern("<0!4 -2!4 -5!8>")
piano.density, piano.level = ramp(-4, 2, over=16*bars), ramp(0.9, 0.45, 0.8, over=16*bars)

# %% call and answer  for=16*bars quant=4*bars
# Two bars of piano; then the choir goes on from the sound that it has just heard, and so on.
d = duet(choir, piano)
d.bars = 2
choir.temperature, choir.level = 1, 0.9
piano.level, piano.transpose, piano.density = pattern("<0.9 0.9 0.1 0.1>").lag(80*ms), 0, 0

# %% splice  for=12*bars quant=1*bars ends=["d"]
# Cut into each other on every half bar, on every beat, on every half beat. `lag` rounds the edges, so none clicks.
cut = pattern("<[1 0]!4 [1 0 1 0]!4 [1 0 1 0 1 0 1 0]!4>").lag(15*ms)
piano.level, choir.level = 1.4 * cut, 1.3 - 1.3 * cut
piano.room = choir.room = ramp(0.4, 0.05, over=8*bars)
drummer = stream("drummer", temperature=0.95, seed=6, level=0)      # it plays unheard, to be cut
drummer.tempo, drummer.source = tempo, "breakbeat"                  # and keeps the beat that it is told

# %% a hundred takes  for=12*bars quant=1*bars
# A model brings eight places of what it learned from. On every other beat the piano begins from another, and goes elsewhere
# from there; the choir stands on its last second; the drums are cut where they strike, and put together anew.
shards = hits("0 [~ 5] 3 <7 [9 9]> [~ 2] 11 <~ 4> [<6 13> 1]", grab(drummer, 2*bars, slices=16, by="onsets"))
shards.level, shards.room, shards.hp = 0.8, 0.1, 60
piano.level, piano.temperature, piano.pan = 1.2, ramp(0.95, 1.15, over=12*bars), tri(-0.5, 0.5, period=2*bars)
choir.frozen, choir.level, choir.room = 1, 0.4, 0.5
drummer.frozen = 1

@every(2*beats)
def splices(beat):
    piano.moment = (0, 3, 0, 5, 2, 0, 7, 4)[round(beat / 2) % 8]

# %% skins  for=12*bars ends=["piano", "splices", "drummer", "shards", "choir"]
# A tabla that leans towards what shimmers: of each quarter of a second it draws two, and the reward weighs
# which is heard. Frozen, it repeats its last second; in time, it stutters.
tabla = stream("tabla", temperature=ramp(0.85, 1.15, over=12*bars), seed=5, level=1.1)
tabla.tilt, tabla.candidates, tabla.chunk, tabla.room = shimmer, 2, 250*ms, 0.15
tabla.strength = pattern("<1!11 0>")                                # the last bar is its own, while others get ready
tabla.frozen = pattern("<0!4 [0 0 0 1]!4 [0 1 0 1]!2 [0 1 [0 1] 1]!2>")

# %% unhinged  for=32*s quant=1*bars ends=["tabla"] fade=2*s
# Both go where no training has been. Their guards take them back when they fall silent or roar. They are torn: each hole
# of one shows the other, ever sooner, and both begin from another moment on every bar.
piano = stream("piano", temperature=ramp(1, 1.35, over=28*s), seed=11)
choir = stream("chorale", temperature=ramp(1, 1.25, over=28*s), seed=12)
torn = pattern("<1!2 [1 1 1 0]!2 [1 0 1 1]!2 [1 0]*2 [1 0 0 1]*2 [1 0]*4!2 [1 0]*8!2>").lag(20*ms)
piano.level, choir.level = torn * ramp(0.9, 1.7, over=28*s), ramp(0.8, 1.5, over=28*s) * (1.15 - torn)
piano.pan, choir.pan, piano.room, choir.room = sine(-0.6, 0.6, period=12*s), sine(0.6, -0.6, period=12*s), 0.2, 0.4
piano.transpose, piano.density = ramp(0, -7, over=28*s), ramp(0, 3, over=28*s)

@every(4*beats)
def elsewhere(beat):
    piano.moment, choir.moment = round(beat / 4) * 3 % 8, round(beat / 4) * 5 % 8

# %% and home  for=44*s ends=["choir", "elsewhere"] fade=8*s
# The arc's other end. Energy holds how much the piano surprises, and the temperature follows: less and less. Strings
# take over from it, and a whale calls once more, from far away.
piano.energy, piano.transpose, piano.pan, piano.room, piano.density = ramp(0.9, 0.5, over=30*s), 0, 0, 0.5, 0
piano.level = ramp(0.8, 0.5, 0, over=32*s)
strings = stream("strings", temperature=ramp(1, 0.8, over=40*s), seed=3)
strings.level, strings.room, strings.pan = ramp(0, 0.4, 0.5, 0, over=44*s), 0.5, -0.2
whale = stream("humpback", temperature=1, seed=4)
whale.level, whale.room, whale.pan, whale.cut = ramp(0, 0.25, 0.35, 0, over=44*s), 0.7, sine(-0.5, 0.5, period=16*s), 2500
