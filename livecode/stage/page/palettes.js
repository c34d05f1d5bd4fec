// Colours by name: ground, type in two strengths, one or two lights, a warning, and the heat of sound.

export const PALETTES = {
  night: {
    ground: "#000000", ink: "#ece9e1", dim: "#8f8c85", accent: "#ffd27a", second: "#a9c3d6",
    alarm: "#ff6a5c", heat: ["#000000", "#08131f", "#1f4a66", "#a8bfc2", "#fff1cf"],
  },
  ember: {
    ground: "#000000", ink: "#f8eae0", dim: "#a08172", accent: "#ff9446", second: "#ffc79a",
    alarm: "#ff5872", heat: ["#000000", "#1f0503", "#7d1a08", "#ee661a", "#ffe9ba"],
  },
  glacier: {
    ground: "#000000", ink: "#e8f4f7", dim: "#7d95a1", accent: "#6fe3f2", second: "#a9bfff",
    alarm: "#ff7d7d", heat: ["#000000", "#02121b", "#0b4561", "#39b0ca", "#f0ffff"],
  },
  phosphor: {
    ground: "#000000", ink: "#dcf8df", dim: "#6f9a79", accent: "#7dff8f", second: "#cfff72",
    alarm: "#ffb03b", heat: ["#000000", "#021109", "#0a5229", "#3ad868", "#f2ffe0"],
  },
  violet: {
    ground: "#000000", ink: "#f1eaf9", dim: "#9384aa", accent: "#cda6ff", second: "#ffa6d8",
    alarm: "#ffcf4a", heat: ["#000000", "#0e0522", "#43197f", "#bd58d6", "#ffeaf7"],
  },
  mono: {
    ground: "#000000", ink: "#f4f4f4", dim: "#8e8e8e", accent: "#ffffff", second: "#c9c9c9",
    alarm: "#ffffff", heat: ["#000000", "#141414", "#4c4c4c", "#b4b4b4", "#ffffff"],
  },
  contrast: {
    ground: "#000000", ink: "#ffffff", dim: "#d6d6d6", accent: "#ffee00", second: "#5ce6ff",
    alarm: "#ff7a70", heat: ["#000000", "#002a5c", "#0090f0", "#ffee00", "#ffffff"],
  },
};

/** Return red, green and blue of "#rrggbb", each 0 to 255. */
export function rgb(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** Return the colour with an opacity of 0 to 1. */
export function faint(colour, opacity) {
  return `rgba(${rgb(colour).join(", ")}, ${opacity})`;
}

/** Let the page have the colours of a palette; an unknown one is the first. */
export function dress(name) {
  const palette = PALETTES[name] ?? PALETTES.night;
  for (const part of ["ground", "ink", "dim", "accent", "second", "alarm"]) {
    document.documentElement.style.setProperty(`--${part}`, palette[part]);
  }
  return palette;
}
