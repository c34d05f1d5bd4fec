"""A tour of five minutes that explains itself: each scene says what it does while you hear it.

    livecode demo          livecode play sets/tour.py          livecode render sets/tour.py -o tour.wav
"""

tempo(104)
key = "c minor pentatonic"
glass, orchestra = space("additive"), space("orchestra")

@dsp
def hum(pitch=65.4):
    return ButLP(SuperSaw([pitch, 1.501 * pitch], detune=0.3, mul=0.3), freq=600)

# %% a sound  for=25*s fade=2*s
print("""A space is a model: every position in it is a sound. An agent wanders through this one: it strikes twice a beat, over a
hum of pyo.
    ego = agent(space("additive"), dims=2, every=0.5*beats, strike=0.7)""")
hum.level = ramp(0.5, 0.15, over=20*s)
ego = agent(glass, dims=2, every=0.5*beats, strike=0.7, step=0.15, scale=key, rest=0.2, seed=3, level=0.5)
ego.delay, ego.room = (3/8, 0.4), 0.3

# %% change it  for=25*s fade=3*s ends=["hum"]
print("""A changed line swaps in under a crossfade, and nothing stops. Two more dimensions open, and
some steps are twice as fast.
    ego.dims = 4""")
ego.dims, ego.every = 4, pattern("<[0.5 0.25] 0.5>") * beats
ego.pan, ego.level = sine(-0.6, 0.6, period=12*s), ramp(0.5, 0.8, over=20*s)

# %% teach it  for=40*s
print("""A reward says what is good. This one likes what is bright; with rings or F10 and F9 it is your own liking.
    @reward
    def bright(ego): return ego.brightness - 0.5""")
ego.dims, ego.step = 2, 0.1

@reward
def bright(ego):
    return ego.brightness - 0.5

ego.reward = bright

# %% a beat  for=16*bars quant=1*bars fade=2*s
print("""Drums are patterns: a line says what happens in each bar. The bass makes room for the kick.
    drums = hits("bd*4, ~ cp, hh*8")""")
drums = hits(pattern("bd*4, ~ cp, hh*8").every(4, pattern.fast(2)), level=1.2)
bass = notes("0 ~ <3 5> 0", "bass", scale="c minor", octave=2, level=0.9)
bass.duck = "drums"
ego.level, ego.curiosity = ramp(0.8, 0.5, over=8*s), 2

# %% flutes and fiddles  for=16*bars quant=1*bars fade=4*s
print("""The same agent in another space: flute, saxophone, piano, violin, bassoon. Notes choose its pitch, the agent its colour.
    lead = notes("0 4 <7 5> ~", ego, scale="c minor")""")
ego.space = orchestra
ego.level = 0
drums.pattern, drums.level = "bd ~ ~ bd, ~ hh ~ hh", 0.6
lead = notes(pattern("0 4 <7 5> ~ [2 4] ~").mask("<1 1 1 0>"), ego, scale="c minor", octave=5, level=0.7)
lead.room, bass.level = 0.4, 0.6

# %% a stream  for=40*s fade=4*s ends=["drums", "lead"]
print("""A SampleRNN plays the piano, sample by sample. Its temperature climbs: from cautious to unhinged.
    r7 = stream("piano", temperature=ramp(0.85, 1.2, over=35*s))""")
r7 = stream("piano", temperature=ramp(0.85, 1.2, over=35*s), seed=7)
r7.level, bass.level = ramp(0.5, 1, over=35*s), ramp(0.6, 0, over=10*s)
ego.level = 0

# %% a hall  for=40*s fade=3*s ends=["bass"]
print("""pyo shapes what sounds: a @dsp takes names and gives sound back, and its keywords are live controls.
    hall.cut = sine(400, 5000, period=10*s)""")
ego.space, ego.level, ego.dims, ego.rest = glass, 0.8, 3, 0.3

@dsp
def hall(r7, ego, size=0.9, cut=4000):
    return ButLP(Freeverb(r7 + ego, size=size, bal=0.5), freq=cut)

hall.cut = sine(400, 5000, period=10*s)
r7.temperature, r7.level = 0.95, 0.7

# %% a mistake  for=15*s
print("""Whoever types mistypes. A mistake changes nothing and costs one line of red; the sound goes on. Here is one:
    ego.dims = "many\"""")
ego.dims = "many"  # a mistake

# %% all together  for=12*bars quant=1*bars fade=2*s
print("That is most of it. Everything at once, while you think of what you would change.")
drums = hits(pattern("bd*4, ~ cp, hh*8").sometimes_by(0.3, pattern.ply(2)), level=1.2)
bass = notes("0 ~ <3 5> 0 0 ~ <7 5> ~", "bass", scale="c minor", octave=2, level=0.9)
bass.duck = "drums"
hall.size = 0.5

# %% over to you
print("""The tour is over. Put the cursor into any block, change it, Alt+Enter. F1 explains; Ctrl-Q leaves.
    tutorial()              teaches it step by step
    livecode new mine.py    begins a set of your own""")
r7.level = ego.level = ramp(0.8, 0, over=12*s)
drums.level = bass.level = ramp(0.9, 0, over=8*s)
