"""Places that sound: a chord of points in a space, moved by curves. No agent."""

o = space("orchestra")

low = o.hold(*o.at("bassoon_046_p"), level=0.5)         # where a known sound lies
bell = o.hold(0.6, sine(0.2, 0.8, period=5*s), level=0.4, pan=0.5)      # one axis moves
high = o.hold(*o.at("flute_072_f"), level=0.3, pan=-0.5)
high.level = env(20*ms, 900*ms, every=2*beats) * 0.5    # a place as a note
