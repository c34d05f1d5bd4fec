"""A reward from rings: both hands to the front praise where the sound is going, to the back blame.

Nobody there? `livecode rings --simulate` in another terminal; F10 and F9 (like, dislike) do as well.
"""

glass = space("additive")

@reward
def hands(rings):                       # parameters name the signals that a function wants
    return rings.twist                  # both hands: −1 back, 0 at rest, +1 front

@reward
def taps(keys):
    return keys.like - keys.dislike

ego = agent(glass, dims=2, every=50*ms, seed=3)
ego.reward = hands + 0.5 * taps         # rewards add up
