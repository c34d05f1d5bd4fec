"""Made to be torn up: short scenes that work in any order, for a room that changes its mind.

Every scene says all that it needs: it makes what it plays, sets what another may have left bent, and
names in `ends` what has no place beside it. So F7, F8 and `go("…")` lead from anywhere to anywhere,
and so does somebody else's phone (`livecode play sets/dive_bar.py --cues`). Two are for emergencies:
"loud", when nobody listens, and "last orders", when nobody is left.

    livecode play sets/dive_bar.py          livecode check sets/dive_bar.py
"""

tempo(96)

additive, orchestra = space("additive"), space("orchestra")

@reward
def room(rings, mic):                   # your hands, and the room: what makes it louder was right
    return rings.twist + 2 * (mic.rms - 0.02)


# %% hello  for=40*s fade=3*s ends=["piano", "choir", "thud", "drone"]
# One agent, close and warm. Nobody has to stop talking for this.
glass = agent(additive, dims=2, every=80*ms, step=0.015, level=0.5, pan=0)
glass.reward = room
glass.curiosity = 1

# %% duet  for=40*s fade=3*s ends=["choir", "thud", "drone"]
# Two who answer each other: either is praised for being brighter than the other.
glass = agent(orchestra, dims=4, every=0.25*beats, step=0.05, level=0.45, pan=-0.5)
piano = stream("quartet", temperature=0.95, seed=1, level=0.6, pan=0.4)
piano.frozen = 0
glass.reward = lambda glass, piano: glass.brightness - piano.brightness

# %% hymn  for=40*s fade=5*s ends=["glass", "piano", "thud"]
# The choir, from cautious to unhinged and back, over a drone that stands where a hand could be.
choir = stream("choir", temperature=ramp(0.8, 1.15, 0.8, over=40*s), seed=4, level=0.9, pan=0)
drone = orchestra.hold(0.25, 0.3, sine(0.2, 0.8, period=20*s), level=0.35)
drone.texture = 0.8

# %% loud  fade=0.1*s ends=["glass", "drone"]
# When nobody listens. It has its own limiter and waits for you to leave it: nothing here can run away.
@dsp
def thud(hit=0, fall=0, dirt=0.7):
    return Clip(Disto(Sine(41 + 170 * fall, mul=hit), drive=dirt, mul=0.8), -0.8, 0.8)

thud.hit = env(2*ms, 260*ms, every=1*beats)
thud.fall = env(1*ms, 70*ms, every=1*beats)
piano = stream("quartet", temperature=1.1, seed=9, level=0, pan=-0.3)
choir = stream("choir", temperature=1.15, seed=9, level=0, pan=0.3)
piano.frozen = steps(0, 0, 1, 0, 1, 0, 1, 1, every=1*beats)
piano.level = 0.9 * steps(1, 0, 1, 1, 0, 1, 1, 0, every=0.25*beats).lag(5*ms)
choir.level = 0.9 * square(0, 1, period=1.5*beats).lag(5*ms)

# %% stutter  for=16*bars fade=0.5*s ends=["choir", "drone", "glass"]
# The piano cut into sixteenths, its memory going round. Works after anything.
piano = stream("quartet", temperature=1.0, seed=6, level=0, pan=0)
piano.frozen = steps(0, 1, 1, 0, 1, 1, 1, 0, every=0.5*beats)
piano.level = 0.9 * steps(1, 1, 0, 1, every=0.25*beats).lag(5*ms)

# %% last orders  fade=6*s ends=["thud", "piano", "drone", "choir"]
# When the crowd has left: one quiet thing, that listens to the room and goes where it answers.
glass = agent(additive, dims=1, every=150*ms, step=0.008, level=0.35, pan=sine(-0.4, 0.4, period=30*s))
glass.reward = room
glass.curiosity = 0.5
