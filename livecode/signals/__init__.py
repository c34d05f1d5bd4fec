"""What comes in from the stage: OSC packets, motion sensors and the rings that they become."""
