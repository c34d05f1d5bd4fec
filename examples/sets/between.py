"""A morph between two instruments: a straight line in a space, walked by a curve or a hand."""

o = space("orchestra")

# %% by itself  for=6*s
blend = o.morph("flute_072_f", "bassoon_046_p", position=sine(0, 1, period=6*s))
blend.texture = 0.7                     # breathes as the recordings did

# %% by hand
blend.position = 0.5 + 0.5 * rings.twist        # to the front: bassoon, to the back: flute
