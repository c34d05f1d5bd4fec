"""A first set. Put the cursor into a block and press Alt+Enter to hear it; change it, and again.

A block is what stands between blank lines. What you evaluate replaces what the name sounded like;
nothing you type can stop the sound. F12 is the emergency brake, Alt+. fades everything out.
"""

glass = space("additive")               # a latent space: every position in it is a sound

@reward
def hands(rings):                       # parameters name the signals that a function wants
    return rings.twist                  # both hands to the front: +1, to the back: −1


# %% wander  for=40*s
# An agent walks through two dimensions of the space, a step every 50 milliseconds.
ego = agent(glass, dims=2, every=50*ms)

# %% learn  for=60*s
# Now it is taught: turn your hands to the front where you like what you hear.
ego.reward = hands
ego.every = 80*ms

# %% open
# Two more dimensions open, and a second agent joins, quieter and to the left, easily bored.
ego.dims = 4
ego.pan = 0.4
echo = agent(glass, dims=2, every=120*ms, step=0.03, level=0.4, pan=-0.6)
echo.reward = 0.3 - hands               # what one is praised for, the other is blamed for
