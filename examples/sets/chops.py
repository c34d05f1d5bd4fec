"""Chops: what a stream has just played is cut into slices, and these play another rhythm."""

tempo(120)

# %% it plays for itself  for=2*bars
voice = stream("test", seed=4, level=0.6)
voice.temperature = pattern("0.4 1.4 <0.7 2> 1")

# %% its last bar, in another order
chops = grab(voice, 1*bars, slices=8)
again = hits("0 [3 3] <5 7>*2 ~", chops)
mute(voice)
