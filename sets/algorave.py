"""Dance: kick, hats, bass, chords, a chopped piano, and an agent that plays flutes; build, drop, break, drop.

Everything here is a pattern: of the sounds of a kit, of notes, of slices of what was just played.
Evaluate any block again with other numbers; it keeps its place in the bar.

    livecode play sets/algorave.py          livecode render sets/algorave.py -o algorave.wav
"""

tempo(132)
key = "c minor"
orchestra = space("orchestra")

# %% kick  for=8*bars
drums = hits("bd*4", level=1.0)
hats = hits(pattern("~ hh ~ hh ~ hh ~ hh").gain("0.7 1"), level=0.8, pan=0.15)

# %% groove  for=16*bars quant=1*bars
drums.pattern = "bd*4, ~ cp ~ <cp [cp _ ~ cp:1]>, ~ ~ ~ <~ rim:1>*2"
hats.pattern = pattern("hh*16").gain("0.5 0.25 0.9 0.35").stack("~ oh ~ oh ~ oh ~ oh").n("<0 1>*4")
shaker = hits(pattern("sh*16").gain("0.4 0.2 0.3 0.7").degrade_by(0.1), level=0.5, pan=-0.3)

# %% bass  for=16*bars quant=1*bars
low = notes("0 ~ 0 [0 12] ~ 0 <7 10> ~", "bass", scale=key, octave=1, voices=2, level=0.7)
low.pattern = pattern("0 ~ 0 [0 7] ~ 0 <4 6> ~")
low.cut = sine(300, 1400, period=8*bars)
low.duck = ("drums", 0.5)

# %% a piano, in slices  for=16*bars quant=1*bars
# A SampleRNN plays two bars for itself; what it wrote is cut into sixteenths of them and played anew.
piano = stream("quartet", temperature=0.95, seed=5, level=0.5)
chops = grab(piano, 2*bars, slices=16)
again = hits(pattern("0 3 <5 7>*2 ~ 9 [12 13] ~ <2 14>").every(4, pattern.rev), chops, level=1.0)
again.delay = (3/16, 0.35)
again.hp = 180
piano.level = ramp(0.5, 0.5, 0, over=8*bars)

# %% the agent plays flutes  for=24*bars ends=["piano"] quant=1*bars
# The notes choose the pitch, the agent the timbre: it is praised for what is bright.
@reward
def bright(flutes):
    return flutes.brightness - 0.5

ego = agent(orchestra, dims=3, every=0.25*beats, step=0.08, level=0, seed=3)
ego.reward = bright
flutes = notes("0 <3 7> ~ 5 ~ <10 8> [7 5] ~", ego, scale=key, octave=5, legato=0.7, level=0.6)
flutes.room = 0.35
flutes.pan = tri(-0.4, 0.4, period=4*bars)
pads = notes("<[0,2,4] [0,2,4] [-2,0,3] [-3,-1,1]>", "pad", scale=key, octave=4, voices=6, level=0.6)
pads.duck = "drums"

# %% build  for=16*bars quant=1*bars
drums.pattern = "<bd*4!8 bd*8!4 bd*16!4>, <sn*4!8 sn*8!4 [sn*16]!4>"
drums.hp = ramp(20, 700, over=16*bars)
drums.room = ramp(0, 0.4, over=16*bars)
low.level = ramp(0.7, 0, over=12*bars)
pads.cut = ramp(500, 9000, over=16*bars)
again.pattern = pattern("0 3 5 7").fast("<1!8 2!4 4!4>")
again.level = 0.7

# %% drop  for=32*bars quant=1*bars
drums = hits("bd*4, ~ cp ~ cp, <cr ~ ~ ~ ~ ~ ~ ~>, ~ ~ [~ ~ ~ rim] ~", level=1.0)
drums.hp, drums.room = 0, 0.05
hats.pattern = pattern("hh*16").gain("0.5 0.3 1 0.4").stack("[~ oh]*4").sometimes_by(0.1, pattern.ply(2))
low.pattern = pattern("0 0 ~ 0 [~ 0] 0 <4 6 3 -1> ~").stack("~ ~ 12 ~")
low.level, low.drive, low.octave = 0.75, 0.2, 1
stabs = notes("~ [0,2,4,6] ~ <[0,2,4] [1,3,5]>", "lead", scale=key, octave=4, legato=0.3, level=0.5)
stabs.delay = (3/16, 0.4)
stabs.duck = "drums"
again.pattern = pattern("0 [3 3] <5 7>*2 9 ~ [12 13]*2 14").every(4, pattern.rev).sometimes_by(0.2, pattern.ply(2))
flutes.level = 0.5

# %% break  for=16*bars ends=["stabs", "shaker"] quant=1*bars fade=1*bars
drums.pattern = "bd ~ ~ ~ ~ ~ ~ <~ sn>, ~ ~ ~ ~ cp(3,8,2)"
drums.room = 0.5
hats.pattern = pattern("hh*8").gain("0.4 0.2").degrade_by(0.3)
low.level = 0
pads.level, pads.cut = 0.9, sine(600, 3000, period=4*bars)
again.room, again.speed = 0.5, pattern("<1 0.5>")
again.pattern = "0 ~ 5 ~"
flutes.pattern = pattern("0 3 7 <10 12>").palindrome()

# %% again  for=24*bars quant=1*bars
drums.pattern = "bd*4, ~ cp ~ <cp [cp cp:2]>, <cr!1 ~!7>, [~ ~ ~ lt ~ ~ mt ht]/2"
drums.room = 0.05
hats.pattern = pattern("hh*16").gain("0.5 0.3 1 0.4").stack("[~ oh]*4")
low.level = 0.75
pads.level = 0.5
again.speed, again.room = 1, 0.1
again.pattern = pattern("0 3 <5 7>*2 ~ 9 [12 13] ~ 14").every(2, pattern.fast(2))

# %% last train  for=12*bars quant=1*bars
drums.pattern = "bd*4"
drums.hp = ramp(20, 400, over=12*bars)
hats.level = ramp(0.8, 0, over=8*bars)
low.level = ramp(0.75, 0, over=8*bars)
again.level = ramp(1, 0, over=10*bars)
pads.level = ramp(0.5, 0, over=12*bars)
flutes.level = ramp(0.5, 0, over=12*bars)
