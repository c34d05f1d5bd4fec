"""The synths that are there from the start, each as a performer could have written it."""

#: Each is the text of a function that pyo builds in the engine: `freq` and `gate` follow the notes.
BANK: dict[str, str] = {
    "bass": '''
def bass(freq, gate, cut=700, drive=0.6, decay=0.2, sub=0.5):
    """Deep and round: a saw through a filter that each note opens, over a sine an octave down."""
    env = adsr(gate, attack=0.002, decay=decay, sustain=0.45, release=0.06)
    saw = LFO(freq, sharp=0.9, type=0, mul=0.35)
    low = ButLP(saw + Sine(freq * 0.5, mul=sub * 0.5), freq=cut * (0.3 + env * 2))
    return Tanh(low * (1.5 + 4 * drive)) * env * 0.4
''',
    "pluck": '''
def pluck(freq, gate, cut=2400, decay=0.35, bright=0.5):
    """A string: two saws whose filter closes as they fade."""
    env = adsr(gate, attack=0.001, decay=decay, sustain=0.0, release=decay)
    shine = env * env * env
    two = LFO(freq * 1.002, sharp=0.95, type=0) + LFO(freq * 0.998, sharp=0.95, type=1)
    return ButLP(two, freq=freq + cut * (0.15 + shine * (0.5 + bright))) * env * 0.25
''',
    "pad": '''
def pad(freq, gate, cut=1800, attack=0.5, release=1.2, width=0.6):
    """Wide and slow: many saws that beat against each other, softened."""
    env = adsr(gate, attack=attack, decay=0.3, sustain=0.8, release=release)
    many = SuperSaw(freq, detune=0.2 + 0.5 * width, bal=0.75)
    slow = Sine(freq=0.17, mul=0.25, add=1.0)
    return ButLP(many, freq=cut * slow) * env * env * 0.5
''',
    "lead": '''
def lead(freq, gate, cut=3500, vibrato=0.004):
    """Bright and singing: a pulse and a saw, with vibrato that comes in late."""
    env = adsr(gate, attack=0.008, decay=0.15, sustain=0.7, release=0.15)
    late = Port(gate, risetime=0.5, falltime=0.02)
    sung = freq * (1 + Sine(5.3, mul=late * vibrato))
    both = LFO(sung, sharp=0.9, type=2, mul=0.6) + LFO(sung * 1.004, sharp=0.9, type=0, mul=0.6)
    return ButLP(both, freq=cut * (0.4 + 0.8 * env)) * env * 0.2
''',
    "organ": '''
def organ(freq, gate, bright=0.5, click=0.3):
    """Drawbars: sines in the ratios of an organ, with the click of its keys."""
    env = adsr(gate, attack=0.004, decay=0.02, sustain=0.9, release=0.03)
    key = adsr(gate, attack=0.001, decay=0.012, sustain=0.0, release=0.01)
    deep = Sine(freq * 0.5, mul=0.5) + Sine(freq, mul=0.8) + Sine(freq * 1.5, mul=0.35)
    high = Sine(freq * 2, mul=0.5) + Sine(freq * 3, mul=0.25) + Sine(freq * 4, mul=0.3)
    return (deep + high * bright) * env * 0.12 + ButHP(Noise(0.05 * click), 3000) * key
''',
    "noise": '''
def noise(freq, gate, q=8, attack=0.002, release=0.25):
    """Wind on pitch: noise through a narrow band that follows the note."""
    env = adsr(gate, attack=attack, decay=0.2, sustain=0.6, release=release)
    return Reson(Noise(1.0), freq=freq, q=q) * env * 2.5
''',
}
