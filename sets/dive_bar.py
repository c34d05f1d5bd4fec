"""Made to be torn up: short scenes that work in any order, for a room that changes its mind.

Every scene says all that it needs: it makes what it plays, sets what another may have left bent, and
names in `ends` what has no place beside it. So F7, F8 and `go("…")` lead from anywhere to anywhere,
and so does somebody else's phone (`livecode play sets/dive_bar.py --cues`). Two are for emergencies:
"loud", when nobody listens, and "last orders", when nobody is left.

    livecode play sets/dive_bar.py          livecode check sets/dive_bar.py
"""

tempo(104)
tempo.swing = (0.12, 0.5*beats)
key = "a minor pentatonic"
additive, orchestra = space("additive"), space("orchestra")

@reward
def room(rings, mic):                   # your hands, and the room: what makes it louder was right
    return rings.twist + 2 * (mic.rms - 0.02)


# %% hello  for=16*bars fade=3*s ends=["strings", "piano", "choir", "drummer", "kick", "hats", "cuts"]
# One agent, close and warm, a note a beat. Nobody has to stop talking for this.
glass = agent(additive, dims=2, every=1*beats, step=0.25, scale=key, strike=0.7, level=0.42, pan=0, seed=6)
glass.hp, glass.delay, glass.room, glass.width, glass.rest = 120, (3/8, 0.4), 0.4, 0.5, 0.2
glass.reward, glass.curiosity = room, 1
low = notes("<0 -2 1 -1>", "bass", scale=key, octave=2, voices=1, level=0.36)
low.cut, low.duck, low.legato = 300, None, 0.9

# %% duet  for=16*bars fade=3*s ends=["strings", "choir", "drummer", "kick", "hats", "cuts"] quant=1*bars
# An agent beside a piano: it is praised for being the brighter one.
glass = agent(orchestra, dims=4, every=pattern("<0.5 0.5 1 0.25>") * beats, step=0.25, scale=key, strike=0.8)
glass.level, glass.pan, glass.hp, glass.delay, glass.room, glass.width, glass.rest = 0.6, -0.4, 120, (3/16, 0.3), 0.3, 0, 0.2
piano = stream("piano", temperature=0.95, seed=1, level=0.5, pan=0.4)
glass.reward = lambda glass, piano: glass.brightness - piano.brightness
low = notes("<[0 ~ ~ 2] [~ -2 ~ ~]>", "bass", scale=key, octave=2, voices=1, level=0.55)
low.cut, low.duck, low.legato = 400, None, 0.7

# %% hymn  for=16*bars fade=5*s ends=["piano", "drummer", "kick", "hats", "cuts"]
# The choir, from cautious and soft to unhinged and back. It is told where to go, a bass goes along, strings answer
# from the other side, and bells are close. In the middle it breathes on the beat.
choir = stream("chorale", temperature=ramp(0.8, 1.15, 0.8, over=16*bars), seed=4, pan=-0.2)
choir.pitch, choir.cut = pattern("<a a d e a c d e>"), ramp(900, 5000, 900, over=16*bars)
choir.level = ramp(0.3, 0.7, 0.3, over=16*bars) * pattern("<1!4 [1 0.4 0.8 0.4]!8 [1 0.3]!4>").lag(90*ms)
strings = stream("strings", temperature=ramp(0.9, 1.1, 0.9, over=16*bars), seed=3, pan=0.4)
strings.level, strings.room = pattern("<0 0 0.5 0.6>").lag(0.3*s), 0.4
low = notes("<[0 ~ 0 ~] [0 ~ ~ ~] [-2 ~ ~ -1] [-1 ~ 1 ~]>", "bass", scale=key, octave=2, voices=1, level=0.5)
low.cut, low.duck, low.legato = 350, None, 0.9
glass = agent(additive, dims=2, every=pattern("<2 2 1 [0.5 1]>") * beats, step=0.25, scale=key, strike=0.9, level=0.7, pan=0.1, seed=6)
glass.hp, glass.delay, glass.room, glass.width, glass.rest = 250, (3/8, 0.4), 0.4, 0.5, 0.3
glass.reward, glass.curiosity = room, 1

# %% loud  quant=1*bars ends=["strings", "glass", "piano", "drummer"]
# When nobody listens. A floor, a bass, and a choir that sings unheard and is cut to stabs. It waits for you to leave it.
kick = hits("bd*4", level=1.3)
hats = hits(pattern("[~ oh]*4, <~ cp>*4, hh*8").gain("0.8 0.4 1 0.5"), level=1.2)
low = notes("0 [0 0] [~ 0] <2 [4 -1]>", "bass", scale=key, octave=2, voices=1, level=1.1)
low.cut, low.duck, low.legato = sine(300, 1800, period=8*bars), ("kick", 0.8), 0.5
choir = stream("chorale", temperature=1, seed=4, level=0)
cuts = hits(pattern("<0 8> ~ ~ [~ 3] ~ <5 12> ~ ~").every(4, pattern.rev), grab(choir, 1*bars, slices=16))
cuts.level, cuts.hp, cuts.delay, cuts.duck = 1.5, 300, (3/16, 0.4), "kick"

# %% stutter  for=16*bars ends=["strings", "choir", "glass", "piano", "low"] fade=1*bars quant=1*bars
# A SampleRNN of drums that is heard in pieces alone, over a sparse kick. Works after anything.
drummer = stream("drummer", temperature=1, seed=6, level=0)
drummer.tempo, drummer.source = tempo, "funk"
cuts = hits(pattern("0*2 3*4 <5 9>*2 [7 7]").sometimes(pattern.ply(2)), grab(drummer, 1*bars, slices=16, by="onsets"))
cuts.level, cuts.hp, cuts.delay, cuts.duck = 1.6, 80, (3/16, 0.4), None
kick = hits("bd ~ ~ bd", level=1)
hats = hits(pattern("[~ hh]*4, ~ <rim cp>"), level=1)

# %% last orders  fade=6*s ends=["strings", "kick", "hats", "low", "piano", "choir", "drummer", "cuts"]
# When the crowd has left: one quiet thing, that listens to the room and goes where it answers.
glass = agent(additive, dims=1, every=2*beats, step=0.14, scale=key, strike=0.5, level=0.5)
glass.hp, glass.delay, glass.room, glass.pan = 120, (3/8, 0.4), 0.6, sine(-0.4, 0.4, period=8*bars)
glass.width, glass.rest = 0.5, 0.2
glass.reward, glass.curiosity = room, 0.5
