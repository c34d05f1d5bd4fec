"""What goes out: patterns and curves play a MIDI instrument, SuperDirt and visuals, beside what sounds here.

MIDI needs the extra `livecode[midi]`. SuperDirt listens on port 57120 of this machine, these visuals on 9000.
"""

tempo(124)

drums = hits("bd*4, ~ cp, hh*8")                        # heard here
lead = midi.out("0 3 5*2 <7 10>", port="synth", channel=2, scale="c minor", octave=4)
lead.velocity = pattern("0.9 0.6 0.7")
lead.level = lambda drums: 1 - 0.5 * drums.rms          # softer where the drums are loud
cutoff = midi.out(cc=74, value=sine(0.2, 0.9, period=8*bars), port="synth", channel=2)

dirt = osc.send("/dirt/play", pattern("~ arpy [~ arpy:2]").gain("0.8"), room=0.3, vowel="<a e o>")

flash = osc.send("/flash", "1 0.3*2", to="127.0.0.1:9000")
hue = osc.send("/hue", lambda drums: drums.brightness / 8000, to="127.0.0.1:9000")
lead.offset = -5*ms                                     # an instrument that is late is played earlier
