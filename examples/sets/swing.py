"""Groove: swing and nudge, to the sample; bars of seven eighths, half-time, and a ramp of the tempo."""

tempo(120)

# %% straight, then swung  for=2*bars
hats = hits("hh*8", level=0.7)
kick = hits("bd*4, ~ cp")

# %% the second of two eighths is late, as in triplets  for=2*bars
hats.swing = 1/3
kick.nudge = -4*ms                           # and the drums push a little

# %% seven eighths  for=2*bars
metre(7, 8)

# %% half-time, and faster over four bars
metre(4)
tempo.half()
tempo(ramp(60, 90, over=4*bars))
