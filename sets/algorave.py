"""Dance: five minutes for a dark room. Kick, hats, bass, chords, two SampleRNNs cut to pieces, an agent on flutes.

All of it turns round every eight bars: in `<a!7 b>` the eighth bar is another one, `mask` empties bars, a break
takes the floor away, and a drop gives it back. Evaluate any block again with other numbers: it keeps its place.

    livecode play sets/algorave.py          livecode render sets/algorave.py -o algorave.wav
"""

tempo(132)
tempo.swing = (0.1, 0.5*beats)
key = "c minor"
roots = pattern("<0!4 -2!2 -1!2>")                     # bass, chords and flutes go to VI and VII, and home
triads = roots.add("[0,2,4]")
stop = "<1!7 [1 1 1 0]>"                               # a mask: the last beat of eight bars is empty
orchestra = space("orchestra")

# %% doors  for=8*bars
kick = hits(pattern("bd*4").mask(stop), level=1.15)
kick.cut = ramp(200, 9000, over=8*bars)
hats = hits(pattern("[~ hh]*4").mask("<0!4 1!4>").gain("0.7 1"), level=1.4, pan=0.15)
rims = hits(pattern("rim(3,8,2)").mask("<0!2 1!6>").every(4, pattern.rev), level=1.2, pan=-0.3)

# %% hats open  for=8*bars quant=1*bars
kick.pattern, kick.cut = "<bd*4!7 [bd bd ~ ~]>", 20000
hats.pattern = pattern("<[[~ oh]*4]!4 [[hh hh oh hh]*4]!3 [hh*8 ~]>").gain("[0.6 0.3 1 0.4]*4")
clap = hits("<~!4 [~ cp]*2!3 [~ cp ~ [cp cp*2]]>", level=1.3)

# %% bass  for=8*bars quant=1*bars
low = notes(pattern("[~ 0]*4").last_of(4, pattern.ply(2)).add(roots), "bass", scale=key, octave=2, voices=1)
low.cut, low.level, low.duck = ramp(200, 900, over=8*bars), 0.85, ("kick", 0.8)
kick.pattern = "<bd*4!6 [bd ~ bd ~] [bd ~ ~ ~]>"
hats.pattern = pattern("hh*8").degrade_by(0.2).mask("<0!4 1!3 0>").gain("[0.5 1]*4")
clap.pattern = "<[~ cp]*2!7 [~ cp cp(5,8)]>"
shaker = hits(pattern("sh*16").gain("[0.3 0.2 0.6 0.4]*4").mask("<1!7 0>"), level=1, pan=-0.2)
piano = stream("piano", temperature=0.95, seed=5, level=0)     # it plays unheard, to be cut

# %% first break  for=8*bars ends=["shaker", "rims"] quant=1*bars
# Two bars of what a SampleRNN plays for itself, cut into eighths, put together anew, and moved with the chords.
chops = grab(piano, 2*bars, slices=16)
cuts = hits(pattern("0 3 <5 7>*2 ~ 9 [12 13] ~ <2 14>").every(4, pattern.rev).jux(pattern.rev), chops)
cuts.speed = pattern("<1!4 0.794!2 0.891!2>")
cuts.room, cuts.delay, cuts.hp, cuts.level = 0.4, (3/16, 0.4), 200, 0.7
kick.pattern, clap.pattern, hats.pattern, low.pattern = "<bd ~!7>", "~", "~", "<0 ~!7>"
roll = hits("<~!4 sn*4!2 sn*8 [sn*8 [sn*8 ~]]>", level=ramp(0.1, 0.6, over=8*bars))
rise = notes(pattern("0*8").mask(stop), "noise", octave=ramp(4, 8, over=8*bars), legato=1, voices=2)
rise.level = ramp(0, 0.16, over=8*bars)

# %% drop  for=16*bars ends=["roll", "rise", "piano"] quant=1*bars
kick.pattern = "<bd*4!3 [bd bd bd [bd bd]] bd*4!3 [bd bd ~ [~ bd]]>"
clap.pattern = "<[~ cp]*2!7 [~ cp ~ cp*3]>"
hats.pattern = pattern("<[~ oh]*4!8 [hh hh oh hh]*4!7 [hh oh]>").mask("<0!2 1!13 0>").gain("[0.6 0.3 1 0.4]*4")
crash = hits("<cr ~!15>", level=1)
low.pattern = pattern("[~ 0 0 0]*3 [~ 0 <7 4> <0 9>]").add(roots).mask("<1!7 [1 1 0 0]>")
low.cut = sine(300, 1300, period=16*bars, phase=4*bars)
cuts.pattern = pattern("0 ~ <5 7>*2 ~ ~ [12 13] ~ <2 14>").mask("<0!4 1!4>").sometimes_by(0.3, pattern.ply(2))
cuts.room, cuts.level = 0.1, 1.4

# %% the agent plays flutes  for=16*bars quant=1*bars
# The notes choose the pitch, the agent the timbre: it is praised for what is bright. The cuts answer every two bars.
@reward
def bright(flutes):
    return flutes.brightness - 0.5

ego = agent(orchestra, dims=3, every=0.25*beats, step=0.08, level=0, seed=3)
ego.reward = bright
flutes = notes(pattern("0 ~ <4 2> ~ [~ 5] ~ 4 <~ [3 1]>").add(roots).mask("<1 1 0 0>"), ego, scale=key, octave=5)
flutes.room, flutes.level, flutes.pan = 0.4, 0.95, tri(-0.4, 0.4, period=4*bars)
cuts.pattern = pattern("~ 3 ~ [9 9] ~ 12 [~ 7] <5 2>").mask("<0 0 1 1>")
hats.pattern = pattern("hh(<7 9>,16)").stack("~ ~ ~ oh").mask("<0!4 1!11 0>").gain("[0.7 0.5]*4")
kick.pattern = "<bd*4!7 [bd bd bd ~] bd*4!6 bd*2 ~>"
clap.pattern = "<[~ ~ cp ~]!8 [~ cp]*2!7 ~>"
low.pattern = pattern("<[0 ~ ~ 0 ~ ~ 0 ~] [~ 0 ~ 0 ~ [0 7] ~ ~]>").add(roots)

# %% only the bass  for=8*bars ends=["flutes", "ego"] quant=1*bars
kick.pattern, clap.pattern, hats.pattern, cuts.level = "<bd*4!7 [bd bd ~ ~]>", "~", "~", 0
kick.level = 0.75                                                # the room breathes before it rises
claves = hits(pattern("cl(5,16,<0 2>)").gain("1 0.6").degrade_by(0.1), level=1, pan=0.4)
low.pattern = pattern("0 0 [~ 0] 0 ~ 0 <7 9> [0 7]").add(roots).sometimes_by(0.2, pattern.ply(2))
low.cut, low.drive, low.level = ramp(250, 2200, over=8*bars), 0.3, ramp(0.6, 0.85, over=8*bars)

# %% build  for=8*bars quant=1*bars
kick.pattern, kick.level = "<bd*4!4 bd*8!2 bd*16 ~>", ramp(0.75, 1.15, over=8*bars)
kick.hp, kick.room = ramp(20, 500, over=8*bars), ramp(0, 0.3, over=8*bars)
roll = hits("<[~ sn]*2!2 sn*4!2 sn*8!2 sn*16 [sn*8 ~]>", level=ramp(0.3, 0.8, over=8*bars))
rise = notes(pattern("0*8").mask(stop), "noise", octave=ramp(4, 8.5, over=8*bars), legato=1, voices=2)
rise.level = ramp(0, 0.2, over=8*bars)
low.pattern = pattern("0*8").add(roots).mask("<1!7 0>")
cuts.pattern, cuts.level = pattern("0 3 5 7").fast("<1!4 2!2 4 4>").mask("<1!7 [1 0]>"), 1.1

# %% big drop  for=16*bars ends=["roll", "rise"] quant=1*bars
kick.pattern, kick.hp, kick.room = "<bd*4!7 [bd bd bd*2 ~]>", 0, 0
clap.pattern = "<[~ cp]*2!3 [~ cp ~ [cp cp:1]]>, <~!7 [~ ~ sn*2 sn*4]>"
crash.pattern = "<cr ~!7>"
hats.pattern = pattern("[hh hh oh hh]*4").mask("<1!7 [1 0] 1!3 0 1!3 0>").gain("[0.5 0.3 1 0.4]*4")
low.pattern = pattern("0 [~ 0] 0 [0 7] ~ 0 [0 <4 9>] <0 -1>").add(roots).mask(stop)
low.cut = sine(500, 1800, period=8*bars)
stabs = notes(triads.struct("<[~ x ~ ~] [~ x ~ [x x]]>"), "lead", scale=key, octave=4, voices=3, legato=0.3, level=1)
stabs.delay, stabs.duck = (3/16, 0.4), "kick"
claves.pattern, claves.level = pattern("cb(3,8)").gain("1 0.6").mask("<0!8 1!8>"), 0.7

# %% long break  for=16*bars ends=["stabs", "claves", "cuts"] quant=1*bars fade=1*bars
kick.pattern, clap.pattern, hats.pattern, low.pattern = "<bd ~!7 [bd ~ ~ bd]!8>", "~", "~", "~"
kick.level = 0.55
pads = notes(triads, "pad", scale=key, octave=4, voices=6, level=0.26)
pads.cut, pads.room = ramp(500, 3500, over=16*bars), 0.3
ego = agent(orchestra, dims=3, every=0.25*beats, step=0.08, level=0, seed=4)
flutes = notes(pattern("0 4 2 <7 9>").add(roots).palindrome().mask("<0!4 1!12>"), ego, scale=key, octave=5)
flutes.room, flutes.level = 0.5, ramp(0.22, 0.4, over=16*bars)

# %% rise again  for=8*bars quant=1*bars
kick.pattern, kick.hp, kick.level = "<bd*2!4 bd*4!2 bd*8 ~>", ramp(20, 400, over=8*bars), ramp(0.55, 1, over=8*bars)
roll = hits("<~!2 sn*4!2 sn*8!2 sn*16 [sn*8 ~]>", level=ramp(0.2, 0.9, over=8*bars))
rise = notes(pattern("0*8").mask(stop), "noise", octave=ramp(4, 8.5, over=8*bars), legato=1, voices=2)
rise.level = ramp(0, 0.2, over=8*bars)
flutes.pattern = pattern("[0 2 4 7]*2").add(roots).fast("<1!4 2!4>").mask("<1!7 [1 0]>")
pads.cut, pads.hp, pads.level = ramp(1000, 9000, over=8*bars), ramp(20, 600, over=8*bars), ramp(0.26, 0.6, over=8*bars)
breaks = stream("drummer", seed=2, level=0)                      # unheard, too, and on the beat
breaks.tempo, breaks.source = tempo, "breakbeat"

# %% home  for=16*bars ends=["roll", "rise", "flutes", "ego"] quant=1*bars
# A SampleRNN of drums, cut where its hits are: half the bars are broken, the others are straight. Chords and hats wait
# for the second half, which `<...>` begins with: bars are counted from the first of the set, and 120 lie before this one.
slices = grab(breaks, 2*bars, slices=16, by="onsets")
shards = hits(pattern("0 1 [2 3] 4 <5 8> [6 7] 9 <10 [12 13 14]>").every(4, pattern.rev), slices, release=0.02)
shards.level = 0.6
kick.pattern, kick.hp = "<bd(3,8)!3 [bd(3,8) ~] bd*4!3 [bd bd [bd bd] ~]>", 0
kick.level = 1.15
clap.pattern = "<[~ cp]*2!7 ~ ~!4 [~ cp]*2!3 [~ cp [~ cp] cp*2]>"
hats.pattern = pattern("[~ oh]*4").mask("<1!7 0 0!6 1 0>").gain("0.8 1")
low.pattern = pattern("<[0 ~ ~ 0 ~ ~ 0 7] [~ 0 0 7 ~ 0 0 9]>").every(4, pattern.rev).add(roots).mask("<1!7 0 1!7 [1 0]>")
stabs = notes(triads.struct("x(3,8,<0 2>)").mask("<1!8 0!8>"), "lead", scale=key, octave=4, voices=3, legato=0.25, level=1)
stabs.delay, stabs.duck, stabs.cut = (3/16, 0.4), "kick", ramp(600, 5000, over=16*bars)
pads.cut, pads.hp, pads.level, pads.duck = 1500, 150, 0.6, "kick"

# %% question and answer  for=8*bars ends=["breaks"] quant=1*bars
kick.pattern = "<bd*4 bd*4 bd*4 [bd bd ~ ~]>"
stabs.pattern = triads.struct("<[x ~ x x ~ x ~ ~] ~>")
low.pattern = pattern("<~ [0 0 ~ 7 0 ~ [9 7] 4]>").add(roots)
shards.pattern = pattern("<~ ~ ~ [0*4 2*8]>")
hats.pattern = pattern("[hh hh oh hh]*4").mask("<0 1 1 0>").gain("[0.5 0.3 1 0.4]*4")

# %% last train  for=16*bars ends=["stabs", "shards"] quant=1*bars
kick.pattern = "<bd*4!7 [bd bd bd ~] bd*4!7 [bd ~]>"
clap.pattern = "<[~ cp]*2!7 ~ ~!8>"
hats.pattern = pattern("<[[~ oh]*4]!4 [[~ hh]*4]!8 ~!4>")
low.pattern = pattern("<[~ 0]*4!8 [0 ~ ~ 0 ~ ~ 0 ~]!4 [0 ~]!4>").add(roots)
low.drive, low.cut = 0.2, ramp(1600, 300, over=16*bars)
kick.cut = ramp(20000, 20000, 250, over=16*bars)                # you have left: it goes on behind the wall
pads.cut, pads.level = ramp(1500, 300, over=16*bars), ramp(0.6, 0, over=16*bars)

# %% doors close  for=4*bars ends=["low", "hats", "clap", "pads"] quant=1*bars
kick.pattern, crash.pattern = "<bd ~!3>", "<cr ~!3>"
stab = notes("<[0,2,4,7] ~!3>", "lead", scale=key, octave=4, voices=4, legato=0.5, level=0.9)
stab.delay, stab.room = (3/16, 0.7), 0.6
