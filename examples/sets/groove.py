"""A groove that hands teach: an agent says on each bar in which of Euclid's rhythms the hats are played.

Nobody there? `livecode rings --simulate` in another terminal; F10 and F9 (like, dislike) do as well.
"""

tempo(126)

# %% the hats find their way  for=4*bars
kick = hits("bd*4, ~ cp")
hats = hits("hh", gain=0.8)
ego = agent(rhythms(hats), dims=3, seed=4)       # hits in a bar, steps of the bar, and how it is turned

@reward
def hands(rings):
    return rings.twist                           # both hands to the front: this groove is better

@reward
def taps(keys):
    return keys.like - keys.dislike

ego.reward = hands + 0.5 * taps

# %% a bass line, whose degree and density go with them  for=4*bars
low = notes("0 <0 3> 0 <7 5>", "bass", scale="c minor", octave=2)
two = agent(rhythms(low, steps=(8, 16)), dims=["rotation", "degree", "density"], every=2*bars, seed=4)
two.reward = hands

# %% stay with what was found
ego.stay()
two.stay()
