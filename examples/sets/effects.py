"""Effects: a room, echoes, filters, drive, and one name that pushes another back, each in a line."""

tempo(120)
pads = notes("<[0,2,4] [-1,1,3]>", "pad", scale="c minor", octave=4, voices=6)

# %% dark  for=2*bars
pads.cut = 400

# %% wide and dirty  for=1*bars
pads.cut = 8000
pads.room, pads.drive, pads.delay = 0.5, 0.4, (3/16, 0.4)

# %% pushed back by the kick
drums = hits("bd*4")
pads.duck = ("drums", 0.9)
