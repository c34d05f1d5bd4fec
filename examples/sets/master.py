"""A @dsp called master shapes the sum of everything; its level is the last fader of all."""

ego = agent(space("additive"), dims=2, every=50*ms, seed=3, pan=-0.5)
two = agent(space("orchestra"), dims=2, every=80*ms, seed=4, pan=0.5)

@dsp
def master(mix, low=1.0, drive=0.2):    # `mix` is all that sounds
    warm = EQ(mix, freq=150, q=0.7, boost=3 * low, type=1)
    return Disto(warm, drive=drive, slope=0.6, mul=0.7)

master.drive = ramp(0.0, 0.6, over=20*s)
master.level = 0.8
