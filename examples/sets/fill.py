"""Code on the beat: a function under `@every` runs on the line, and may do what a block may."""

tempo(132)

# %% every fourth bar is a fill  for=8*bars
drums = hits("bd*4, ~ cp, hh*8")

@every(1*bars)
def fill(bar):                               # signals by parameter name, as ever
    drums.pattern = "bd*4, sn*16" if bar % 4 == 3 else "bd*4, ~ cp, hh*8"

# %% and a bass line that goes up with the bars  for=8*bars
low = notes("0*8", "bass", scale="c minor", octave=2, level=0.8)

@every(2*bars)
def climb(bar):
    low.pattern = f"[{bar // 2 % 4}]*8"
    low.cut = 400 + 300 * (bar // 2 % 4)
