"""Drums: a pattern plays a kit, each hit on its sample; it is edited and keeps its place in the bar."""

tempo(132)

# %% four on the floor  for=2*bars
drums = hits("bd*4, ~ cp, hh*8")

# %% each hit has a loudness, a place and a sound of its own  for=2*bars
drums.pattern = pattern("bd(3,8), ~ sn:<0 2>, hh*16, ~ ~ ~ oh").sometimes_by(0.1, pattern.ply(2))
drums.gain = pattern("1 0.6 0.8 0.6")
drums.pan = pattern("0 -0.3 0 0.3")

# %% cut, backwards, half as fast
drums.pattern = pattern("bd cp oh sn").chop(4).every(2, pattern.rev)
drums.speed = pattern("1 <2 -1>")
