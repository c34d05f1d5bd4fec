"""A @dsp: pyo around what sounds. Its keywords are live controls; what it takes is heard through it.

Change the body and play the block again: it is built while the old one plays, tried unheard, and
faded in. One that fails is a line of red, and nothing is lost.
"""

ego = agent(space("additive"), dims=2, every=50*ms, seed=3)

@dsp
def hall(ego, size=0.8, cut=5000):
    return ButLP(Freeverb(ego, size=size, bal=0.6), freq=cut)

hall.size = sine(0.3, 0.95, period=8*s)                         # a curve
hall.cut = lambda rings: 800 + 6000 * rings.left.energy         # a function of signals
ego.dry = 0.3                                                   # so much of ego goes past the hall
hall.fade = 0.2*s
