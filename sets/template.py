"""NAME: a set. Every cell is a scene; put the cursor into a block and press Alt+Enter to hear it.

F8 goes on to the next scene. With `for=16*bars` in its first line a scene goes on by itself.

    livecode play NAME.py          livecode check NAME.py          livecode render NAME.py -o NAME.wav
"""

tempo(100)
glass = space("additive")               # a latent space: every position in it is a sound

@reward
def hands(rings, keys):                 # F10 and F9 praise and blame; so do two hands with rings
    return rings.twist + keys.like - keys.dislike


# %% begin  fade=3*s
ego = agent(glass, dims=2, every=80*ms)
ego.reward = hands

# %% beat  quant=1*bars
drums = hits("bd*4, ~ cp, hh*8")
bass = notes("0 ~ <3 5> 0", "bass", scale="c minor", octave=2)
bass.duck = "drums"

# %% end  fade=6*s ends=["drums", "bass"]
ego.level = ramp(1, 0, over=20*s)
