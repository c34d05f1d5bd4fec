"""A reward from sound: an agent that listens to itself, and learns what is dark.

Every sounding name has features, `ego.rms`, `ego.pitch`, `ego.brightness`; `sound` is everything,
`mic` the input. The reward here is how little high there is; no hands are needed.
"""

glass = space("additive")

@reward
def dark(ego):                          # its own name: what it sounds like
    return 2 * (0.6 - ego.brightness)

ego = agent(glass, dims=2, scale=None, every=40*ms, seed=3)    # all pitches are open to it
ego.reward = dark
