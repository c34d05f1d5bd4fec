// Lines of code that are longer than the page is wide, as rows: each goes on under its own beginning.

const HANG = 4;   // characters that what goes on is moved in by, beyond the line's own

/**
 * Return the rows of lines, (text, …) each, where so many characters fit in a row.
 *
 * A row has `line`, the number of its line, `from` and `to`, the characters of that line that it shows, and
 * `indent`, the spaces before them. No row is empty but that of an empty line.
 */
export function wrapped(lines, columns) {
  return lines.flatMap((text, line) => {
    const chars = [...text], rows = [];
    const own = chars.findIndex((each) => each !== " ");
    const hang = Math.min((own < 0 ? 0 : own) + HANG, Math.floor(columns / 3));
    let from = 0;
    do {
      const indent = from ? hang : 0;
      let to = Math.min(chars.length, from + Math.max(columns - indent, 8));
      if (to < chars.length) to = breakBefore(chars, from + (from ? 0 : Math.max(own, 0)), to);
      rows.push({ line, from, to, indent });
      from = to;
    } while (from < chars.length);
    return rows;
  });
}

/** Return where a row ends that begins at `from` and has to end at `to`: after a space, and not within a text. */
function breakBefore(chars, from, to) {
  const least = from + Math.floor((to - from) / 3), quoted = [];
  let quote = "";
  chars.forEach((each, at) => {
    quoted[at] = quote !== "";
    if (quote ? each === quote : each === '"' || each === "'") quote = quote ? "" : each;
  });
  for (const may of [(at) => chars[at - 1] === " " && !quoted[at - 1] && chars[at - 2] !== "#", (at) => " ,(.".includes(chars[at - 1])]) {
    for (let at = to; at > least; at--) if (may(at)) return at;
  }
  return to;
}

/** Return (row, first, last) in characters of what is shown, for characters `first` to `last` of a line. */
export function placesOf(rows, line, first, last) {
  const found = [];
  rows.forEach((row, at) => {
    const begin = Math.max(first, row.from), end = Math.min(last, row.to);
    if (row.line === line && begin < end) {
      found.push({ row: at, first: begin - row.from + row.indent, last: end - row.from + row.indent, begin, end });
    }
  });
  return found;
}

/** Return [row, column] of a cursor before a character of a line; after the last one it stays in the last row. */
export function cursorOf(rows, line, column) {
  let found = [0, 0];
  rows.forEach((row, at) => {
    if (row.line === line && row.from <= column) found = [at, column - row.from + row.indent];
  });
  return found;
}
