"""Living texture: at 0 a place in a space stands still, at 1 it sways as recordings about there do."""

o = space("orchestra")

# %% still  for=3*s
violin = o.hold(*o.at("violin_075_f"), level=0.7)

# %% alive  for=3*s
violin.texture = ramp(0, 1, over=2*s)

# %% twice as alive, and wandering
violin.texture = 2
ego = agent(o, dims=2, every=200*ms, step=0.05, texture=1, level=0.6, seed=2)
