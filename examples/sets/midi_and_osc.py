"""MIDI and OSC in: a keyboard's note, a knob, a phone's slider, wherever a number goes.

MIDI needs the extra `livecode[midi]`; OSC comes in at UDP port 8888, any address.
"""

ego = agent(space("additive"), dims=2, every=50*ms, seed=3)
ego.level = lambda midi: 0.3 + 0.7 * midi.cc[74]                # a knob, 0 to 1
ego.pan = lambda osc: 2 * osc["/slider"] - 1 if osc["/slider"] else 0

@dsp
def synth(freq=262, loud=0):
    return LFO(freq, type=3, mul=0.3 * loud)

synth.freq = midi.hz                    # the note pressed last, bent by the wheel
synth.loud = lambda midi: midi.gate * midi.velocity
