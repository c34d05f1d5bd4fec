"""What goes out to other programs and instruments: MIDI and OSC, at the moment at which it is heard."""
