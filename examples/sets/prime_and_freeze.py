"""Prime a stream with a sound, freeze its last second, let it go on, and begin again.

`prime` takes a sound file or an array at 48 kHz; the stream goes on from its end.
"""

t = np.arange(48_000) / 48_000
chord = sum(np.sin(2 * np.pi * f * t) for f in (220, 277, 330)) / 6     # a second of A major

# %% from a chord  for=2*s
r7 = stream("chorale", temperature=0.9, seed=4)
r7.prime(chord)

# %% frozen  for=2*s
r7.freeze()                             # its last second, again and again

# %% in time  for=2*s
r7.frozen = square(0, 1, period=1*beats)        # stutters, and goes on where it was

# %% anew
r7.thaw()
r7.reset()                              # from silence
