"""Signals from the stage: OSC packets, motion sensors and rings, MIDI, keys, tempo, sound features."""
