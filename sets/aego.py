"""After ægo: one agent, two sound spaces, and two hands that teach it. Eight minutes by itself.

In ægo (Hugo Scurto and Axel Chemla–Romeu-Santos, 2019) a performer turns two rings, an agent walks a
sound space that a network has learned, and neither knows the space beforehand. Scene by scene more
dimensions open, 1, 2, 4, 8, and the agent's steps come sooner, from 100 to 30 ms: what begins as a
tuning fork ends as a crowd. Turn both hands to the front where you like the way the sound is going,
to the back where you do not; leave them at rest, and it wanders.

    livecode play sets/aego.py          livecode render sets/aego.py -o aego.wav

Without rings: `livecode rings --simulate` sends two, and F10 and F9 (like, dislike) teach as well.
"""

additive = space("additive")            # generated tones: pitch, partials, formants
orchestra = space("orchestra")          # flute, saxophone, piano, violin, bassoon

@reward
def hands(rings, keys):                 # the mean turn of both hands; the keys, for those without
    return rings.twist + keys.like - keys.dislike

# %% one  for=60*s fade=4*s
# One dimension: pitch, and nothing else. Ten steps a second. What is right? Only your hands know.
ego = agent(additive, dims=1, every=100*ms, step=0.012, seed=19, level=0)
ego.level = ramp(0, 0.7, over=8*s)
ego.reward = hands

@dsp
def hall(ego, size=0.75, wet=0.18, cut=6000):       # a room that the scenes open and close
    left, right = (Freeverb(ego, size=size, damp=damp, bal=1) for damp in (0.4, 0.6))
    return ButLP(ego, cut) * (1 - wet) + ButLP(Mix([left, right], voices=2), cut) * wet

# %% two  for=75*s
# The number of partials opens: dark and bright. It keeps what it has learned of pitch.
ego.dims = 2
ego.every = ramp(100, 80, over=60*s) * 0.001
hall.wet = ramp(0.18, 0.3, over=60*s)

# %% four  for=85*s
# Odd against even, and the stretch of a bell. The steps are longer: it no longer creeps.
ego.dims = 4
ego.every = 80*ms
ego.step = ramp(0.012, 0.03, over=70*s)
hall.size = ramp(0.75, 0.9, over=60*s)

# %% the players come  for=80*s fade=8*s
# The other space, entered at the same place: pitch stays pitch. Two dimensions again, to learn anew.
ego.space = orchestra
ego.dims = 2
ego.step = 0.015
ego.every = 60*ms
ego.texture = ramp(0, 0.8, over=40*s)   # held sounds begin to breathe as recorded ones do
hall.cut = ramp(6000, 12000, over=40*s)

# %% they quarrel  for=90*s
# Four dimensions, and another who is praised for what the first is blamed for, an octave of time later.
ego.dims = 4
ego.every = ramp(60, 40, over=60*s) * 0.001
other = agent(orchestra, dims=4, every=120*ms, step=0.03, seed=23, level=0, pan=0.5)
other.level = ramp(0, 0.45, over=12*s)
other.reward = -1 * hands
ego.pan = -0.3

# %% eight  for=90*s ends=["other"] fade=12*s
# All eight, thirty milliseconds a step, curious beyond all reason; then less, and home.
ego.dims = 8
ego.every = 30*ms
ego.pan = 0
ego.curiosity = ramp(1, 4, 4, 0.2, over=80*s)
ego.step = ramp(0.02, 0.05, 0.004, over=85*s)
ego.level = ramp(0.7, 0.8, 0.8, 0.7, 0, over=90*s)
