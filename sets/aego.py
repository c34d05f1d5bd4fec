"""After ægo: an agent, later others, latent sound spaces, and two hands that teach it. Eight minutes by itself.

In ægo (Hugo Scurto and Axel Chemla–Romeu-Santos, 2019) a performer turns two rings, an agent walks a
sound space that a network has learned, and neither knows the space beforehand. Scene by scene more
dimensions open, 1, 2, 4, 8, and the agent's steps come sooner, from one a beat to eight: what begins as a
single bell ends as a crowd. Turn both hands to the front where you like the way the sound is going,
to the back where you do not; leave them at rest, and it wanders.

    livecode play sets/aego.py          livecode render sets/aego.py -o aego.wav

Without rings: `livecode rings --simulate` sends two, and F10 and F9 (like, dislike) teach as well.
"""

tempo(72)
key = "d minor pentatonic"
additive = space("additive")            # generated tones: pitch, partials, formants
orchestra = space("orchestra")          # flute, saxophone, piano, violin, bassoon
percussion = space("percussion")        # hits, from kick over tabla to glass
roots = pattern("<0 -2 1 -1>/2")        # two bars in each

@reward
def hands(rings, keys):                 # the mean turn of both hands; the keys, for those without
    return rings.twist + keys.like - keys.dislike

# %% one  for=16*bars fade=4*s
# One dimension: pitch, and nothing else, a bell a beat. What is right? Only your hands know.
ego = agent(additive, dims=1, every=1*beats, step=0.14, scale=key, strike=0.75, seed=19, level=0.6)
ego.delay, ego.room, ego.pan, ego.rest = (3/8, 0.4), 0.4, sine(-0.3, 0.3, period=8*bars), 0.25
ego.reward = hands
reeds = orchestra.hold(*orchestra.at("bassoon_046_p"), level=0)     # a place to play notes in: low reeds
ground = notes(pattern("0").add(roots), reeds, scale=key, octave=3, legato=0.95, level=ramp(0.2, 0.55, over=8*bars))
ground.cut, ground.room = 900, 0.3

# %% two  for=20*bars quant=1*bars
# The number of partials opens: dark and bright. It keeps what it has learned of pitch, and steps twice a beat.
ego.dims = 2
ego.every = pattern("<[1 0.5] 0.5 [0.5 1] 0.5>") * beats
skin = agent(percussion, dims=1, every=0.5*beats, step=0.06, strike=0.6, seed=4, level=0)
skin.level, skin.hp, skin.room, skin.pan = ramp(0, 0.55, over=6*bars), 150, 0.25, -0.25
skin.reward = hands

# %% four  for=24*bars quant=1*bars
# Odd against even, and the stretch of a bell. The steps are longer: it leaps. The skins find a pulse.
ego.dims, ego.step, ego.strike = 4, 0.25, 1
ego.every = pattern("<0.5 0.25 0.5 [0.5 0.25]>") * beats
ego.delay, ego.hp = (3/16, 0.35), 150
skin.dims, skin.every, skin.rest, skin.strike = 2, 0.25*beats, 0.3, pattern("1 0.4 0.7 0.4")
thud = percussion.hold(*percussion.at("bd_0a"))
pulse = notes("c ~ ~ [~ c]", thud, level=ramp(0.3, 0.7, over=8*bars))
ground.pattern = pattern("0 ~ [~ 0] ~").add(roots)

# %% the players come  for=12*bars quant=1*bars ends=["pulse"] fade=2*bars
# The other space, entered at the same place: pitch stays pitch. Hardly struck now: they breathe, in chords.
ego.space, ego.dims, ego.step, ego.strike = orchestra, 2, 0.06, 0.3
ego.every, ego.hp, ego.level = pattern("<2 1 1 0.5>") * beats, 100, 0.5
ego.texture = ramp(0.2, 1, over=10*bars)    # held sounds begin to breathe as recorded ones do
ego.width = ramp(0, 0.8, over=8*bars)       # and each of their partials gets a place of its own in the room
skin.every, skin.rest, skin.level = 0.5*beats, 0.6, ramp(0.55, 0.3, over=8*bars)    # the skins step back
chords = notes(pattern("<[0,4] [0,2,4]>").add(roots), ego, scale=key, octave=4, legato=0.9, level=0)
chords.level, chords.room, chords.cut = ramp(0, 0.5, over=4*bars), 0.5, sine(900, 4000, period=12*bars)
ground.pattern = pattern("0").add(roots)

# %% they answer  for=12*bars quant=1*bars ends=["skin"] fade=1*bars
# Over four bars the chord is broken more and more, and bells answer it from the other side: least in the first, most in the
# last.
chords.pattern = pattern("<[0,2,4] [0 2 4 ~] [[0,4] ~ ~ [2,4]] [4 2 [0,2] ~]>").add(roots)
bells = notes(pattern("<~ [~ ~ 4 2] [~ 7 ~ 4] [9 7 4 2]>").add(roots), additive.hold(0.5, 0.35, 0.5, 0.7), scale=key, octave=5)
bells.level, bells.legato, bells.delay, bells.room, bells.pan = ramp(0.2, 0.5, over=8*bars), 0.3, (3/8, 0.45), 0.4, 0.35
ego.every, ego.strike, ego.rest = pattern("<1 0.5>") * beats, 0.6, 0.4
ground.pattern = pattern("0 ~ [~ 0] ~").add(roots)

# %% they quarrel  for=28*bars quant=1*bars ends=["chords", "bells"] fade=1*bars
# Another, who is praised for what the first is blamed for; skins that hurry beneath; a bass.
ego.dims, ego.step, ego.strike, ego.pan = 4, 0.25, 0.9, -0.4
ego.every, ego.level, ego.width = pattern("<0.5 0.25>") * beats, 0.6, 0.3
other = agent(additive, dims=4, every=pattern("<0.25 0.5>") * beats, step=0.25, scale=key, strike=1, seed=23)
other.level, other.pan, other.hp, other.delay = 0.5, 0.4, 150, (3/16, 0.3)
other.reward = -1 * hands
skin = agent(percussion, dims=3, every=0.25*beats, rest=0.15, seed=5, level=0.75)
skin.hp, skin.strike, skin.room = 120, pattern("1 0.3 0.6 0.4"), 0.15
pulse = notes("<[c ~ ~ c ~ ~ c ~] [c ~ ~ c ~ c ~ ~]>", thud, level=0.85)
ground = notes(pattern("0 [~ 0] ~ [0 <2 4>]").add(roots), "bass", scale=key, octave=2, voices=1, level=0.7)
ground.cut, ground.duck, ground.room, ground.legato = sine(300, 1500, period=14*bars), ("pulse", 0.7), 0, 0.7

# %% eight  for=20*bars quant=1*bars ends=["other"] fade=2*bars
# All eight dimensions, up to eight steps a beat, curious beyond all reason: the crowd.
ego.dims, ego.pan, ego.step = 8, 0, ramp(0.1, 0.25, over=16*bars)
ego.every = pattern("<0.25!8 [0.25 0.125]!8 0.125!4>") * beats
ego.curiosity, ego.rest, ego.width = ramp(1, 4, over=16*bars), 0.1, ramp(0.3, 1, over=12*bars)
skin.dims, skin.level = 8, ramp(0.75, 0.9, over=16*bars)
pulse.pattern = "<[c ~ ~ c ~ ~ c ~]!7 c*4>"

# %% home  for=12*bars quant=1*bars ends=["skin", "pulse"] fade=1*bars
# One dimension again, one bell a beat, where they have all been.
ego.space, ego.dims, ego.curiosity, ego.rest = additive, 1, 0.2, 0.25
ego.every, ego.step, ego.strike, ego.texture = 1*beats, 0.12, 0.75, 0
ego.delay, ego.room, ego.width, ego.level = (3/8, 0.4), 0.5, 0, ramp(0.6, 0.5, 0.4, 0, over=12*bars)
ground = notes(pattern("<0 ~ 0 ~ -2 ~ 0 ~>"), reeds, scale=key, octave=3, legato=0.95, level=ramp(0.5, 0.5, 0, over=12*bars))
ground.cut, ground.room = 900, 0.4
