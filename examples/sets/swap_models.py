"""Another model under the same name: what it was fades out while what it is fades in.

Level, pan, temperature and whoever takes the name stay. `undo()` takes it back.
"""

# %% one  for=2*s
r7 = stream("piano", temperature=0.95, seed=7, fade=1*s)

# %% the other  for=2*s
r7.model = "chorale"                      # under the fade of a second

# %% an agent, in the stream's place  for=2*s
r7 = agent(space("orchestra"), dims=2, every=60*ms, fade=2*s, seed=7)   # any source can follow any

# %% and back
r7 = stream("piano", temperature=0.95, seed=7, fade=1*s)
