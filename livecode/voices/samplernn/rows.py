"""What stands before and after a product: vectors packed, in 8-bit steps, without zeros; and the bias."""

import numpy as np

from livecode.voices.samplernn.compiling import Array, compiled


@compiled()
def copy_row(x: Array, member: int, count: int, packed: Array, s: int) -> None:
    """packed[s] = x[member, :count]."""
    for j in range(count):
        packed[s, j] = x[member, j]


@compiled()
def gather(
    x: Array, members: Array, at: int, streams: int, count: int, packed: Array, indices: Array
) -> int:
    """The inputs of which one is positive among x[members[at + s], :count], and their numbers.

    packed: (4, width).  Returns how many, made a whole number of fours with zeros for input 0.
    """
    found = 0
    if streams == 1:
        s = members[at]
        for j in range(count):
            packed[0, found] = x[s, j]
            indices[found] = j
            found += x[s, j] > 0
    else:
        for j in range(count):
            some = False
            for s in range(streams):
                value = x[members[at + s], j]
                packed[s, found] = value
                some |= value > 0
            indices[found] = j
            found += some
    while found % 4:
        for s in range(streams):
            packed[s, found] = 0
        indices[found] = 0
        found += 1
    return found


@compiled()
def add_bias(sums: Array, at: int, bias: Array, first: int, rows: int, y: Array, s: int) -> None:
    """y[s] = sums + bias."""
    total, out, more = sums[at : at + rows], y[s], bias[first : first + rows]
    for r in range(rows):
        out[r] = total[r] + more[r]


@compiled()
def quantise(x: Array, s: int, count: int, positive: bool, octets: Array, to: int) -> np.float32:
    """Fill octets[to] with x[s, :count] in 8-bit steps; returns a step's worth.

    0 stands for zero and 255 for the largest where `positive`; else 128, and 255 for the largest
    size.
    """
    # Sizes are compared as whole numbers, which is allowed in any order, and so in vectors.
    most = np.int32(1)
    for j in range(count):
        size = np.int32(np.float32(x[s, j]).view(np.int32) & np.int32(0x7FFFFFFF))
        most = max(most, size)
    peak = max(np.int32(most).view(np.float32), np.float32(1e-30))
    steps = np.float32(255) if positive else np.float32(127)
    zero = np.float32(0.5) if positive else np.float32(128.5)
    scale = steps / peak
    for j in range(count):
        octets[to, j] = np.uint8(np.int32(x[s, j] * scale + zero))
    return peak / steps


@compiled()
def unquantise(
    sums: Array,
    at: int,
    shift: Array,
    scale: Array,
    step: np.float32,
    bias: Array,
    first: int,
    rows: int,
    y: Array,
    s: int,
) -> None:
    """y[s] = what the whole-number sums of 8-bit steps are worth, + bias."""
    total, out, much = sums[at : at + rows], y[s], shift[first : first + rows]
    worth, more = scale[first : first + rows], bias[first : first + rows]
    for r in range(rows):
        out[r] = np.float32(np.int32(total[r] - much[r])) * (worth[r] * step) + more[r]


@compiled()
def relu(y: Array, s: int, count: int, x: Array) -> None:
    """x[s] = y[s] where that is positive."""
    for j in range(count):
        x[s, j] = max(y[s, j], np.float32(0))


@compiled()
def add_rows(table: Array, recent: Array, count: int, y: Array, x: Array, s: int) -> None:
    """x[s] = y[s] + the sum over k of table[recent[k], k]."""
    for j in range(count):
        x[s, j] = y[s, j]
    for k in range(len(recent)):
        code = recent[k]
        for j in range(count):
            x[s, j] += table[code, k, j]


@compiled()
def add_short_rows(
    table: Array,
    step: np.float32,
    recent: Array,
    count: int,
    sums: Array,
    y: Array,
    x: Array,
    s: int,
) -> None:
    """As `add_rows`, for a table in whole numbers of `step`."""
    for j in range(count):
        sums[j] = 0
    for k in range(len(recent)):
        code = recent[k]
        for j in range(count):
            sums[j] = np.int32(sums[j] + table[code, k, j])
    for j in range(count):
        x[s, j] = y[s, j] + step * np.float32(sums[j])
