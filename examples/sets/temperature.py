"""Temperature arcs: a stream from cautious to unhinged, and back down.

Below 1 it writes the likely, above 1 the unlikely. Any number that varies can be bent like this.
"""

# %% one breath  for=6*s
r7 = stream("piano", temperature=ramp(0.875, 1.15, over=6*s), seed=7)

# %% an arc  for=6*s
r7.temperature = ramp(0.75, 1.1, 0.75, over=6*s)        # up and back down

# %% by hand
r7.temperature = 1.0 + 0.2 * rings.left.tilt            # fingers up: hotter
