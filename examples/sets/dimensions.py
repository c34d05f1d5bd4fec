"""Dimensions that open over time: one, two, four, eight, with what was learned kept at each step."""

glass = space("additive")

@reward
def hands(rings):
    return rings.twist

# %% a line  for=2*s
ego = agent(glass, dims=1, every=100*ms, seed=19)
ego.reward = hands

# %% a plane  for=2*s
ego.dims = 2                            # the axes are ordered by how much they change the sound

# %% more than one can see  for=2*s
ego.dims = 4
ego.every = ramp(80, 40, over=2*s) * 0.001

# %% all of it
ego.dims = 8
ego.every = 30*ms
