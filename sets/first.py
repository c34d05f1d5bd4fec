"""A first set. Put the cursor into a block and press Alt+Enter to hear it; change it, and again.

A block is what stands between blank lines. What you evaluate replaces what the name sounded
like, in time; nothing you type can stop the sound. F8 plays the next scene, Alt+. fades
everything out, and F12 is the emergency brake.
"""

tempo(122)
key = "c minor pentatonic"              # or "d dorian", or "e phrygian"
glass = space("additive")               # a latent space: every position in it is a sound

@reward
def hands(rings, keys):                 # both hands to the front: +1, to the back: −1; F10 and F9 do as well
    return rings.twist + keys.like - keys.dislike


# %% dance  for=2*bars
kick = hits("bd*4")
top = hits(pattern("[~ oh]*4, ~ cp, hh*8").gain("0.7 0.4 1 0.5"), level=1.2)
bass = notes("0 [~ 0] [~ 4] <3 [2 -1]>", "bass", scale=key, octave=2)
bass.cut, bass.duck = sine(1800, 250, period=8*bars), ("kick", 0.8)

# %% wander  for=16*bars quant=1*bars
# An agent walks through two dimensions of the space, and strikes where it stands:
# twice a beat, in your key.
ego = agent(glass, dims=2, every=0.5*beats, step=0.25, rest=0.2, scale=key, strike=1, level=0.55, seed=2)
ego.hp, ego.delay, ego.room, ego.width = 180, (3/16, 0.4), 0.3, 0.6
ego.pan = sine(-0.5, 0.5, period=4*bars)

# %% learn  for=16*bars quant=1*bars
# Now it is taught: turn your hands to the front where you like what you hear. Kick and bass make room for it.
ego.reward = hands
kick.level, bass.level = ramp(0, 1, over=6*bars), ramp(0.2, 1, over=6*bars)
ego.every = pattern("<0.5!3 0.25>") * beats
bass.pattern = "0 [~ 0] [~ 4] [<3 2> -1], ~ ~ ~ <~ [7 5]>"

# %% open  for=16*bars quant=1*bars
# Two more dimensions open. A SampleRNN of drums plays unheard, on the beat, and is cut to pieces.
ego.dims = 4
drummer = stream("drummer", level=0)
drummer.tempo, drummer.source = tempo, "house"
sixteenths = grab(drummer, 1*bars, slices=16)
pieces = hits(pattern("0 3 <5 9> [7 7] ~ 11 <2 14> 6").every(2, pattern.rev), sixteenths)
pieces.level, pieces.hp = 1.6, 200
kick.pattern = "<bd*4!3 [bd ~ bd [bd bd]]>"

# %% home  quant=1*bars ends=["pieces", "drummer", "top"] fade=2*bars
kick.pattern, kick.level, bass.level = "bd ~ ~ ~", 0.6, 0.6
bass.pattern, ego.every, ego.level = "<0 -2>", 1*beats, 0.35
