"""One packed matrix times one vector: what `kernel.multiply` does for a single stream."""

import numpy as np

from livecode.voices.samplernn.compiling import Array, compiled
from livecode.voices.samplernn.dot import ROWS
from livecode.voices.samplernn.fullband.memory import Scratch
from livecode.voices.samplernn.kernel import (
    _bytes_1,
    _float_1,
    _float_sparse,
    _half_1,
    _half_sparse,
    _rows_1,
    _rows_1_narrow,
)
from livecode.voices.samplernn.rows import add_bias, copy_row, gather, quantise, unquantise
from livecode.voices.samplernn.weights import FLOAT16, INT8, INT8_ROWS, Weights


@compiled()
def multiply(
    weights: Weights, number: int, x: Array, members: Array, y: Array, space: Scratch
) -> None:
    """y[s] = W x[s] + b for the one stream s in members."""
    m = weights.matrices[number]
    pool, packed, indices, octets = weights.pool, space.packed, space.indices, space.octets
    rows, count, kind = m.rows, m.columns, m.kind
    if kind < INT8:
        sums = space.sums
        if m.positive == 1:
            count = gather(x, members, 0, 1, count, packed, indices)
        else:
            copy_row(x, members[0], count, packed, 0)
        for panel in range(rows // ROWS):
            offset, row = m.offset + panel * m.panel, panel * ROWS
            if m.positive == 1 and kind == FLOAT16:
                _half_sparse(pool, offset, packed, 0, indices, count, sums, row, rows)
            elif m.positive == 1:
                _float_sparse(pool, offset, packed, 0, indices, count, sums, row, rows)
            elif kind == FLOAT16:
                _half_1(pool, offset, packed, 0, indices, count, sums, row, rows)
            else:
                _float_1(pool, offset, packed, 0, indices, count, sums, row, rows)
        add_bias(sums, 0, weights.bias, m.first, rows, y, members[0])
        return
    dot, whole = weights.dot, space.int_sums
    if kind == INT8_ROWS:
        count = gather(x, members, 0, 1, count, packed, indices)
        step = quantise(packed, 0, count, True, octets, 0)
        wide = m.panel // m.columns
        for row in range(0, rows, 4 * ROWS if wide > ROWS else ROWS):
            offset = m.offset + row // wide * m.panel + row % wide
            if wide > ROWS:
                _rows_1(dot, pool, offset, wide, octets, 0, indices, count // 4, whole, row, rows)
            else:
                _rows_1_narrow(
                    dot, pool, offset, wide, octets, 0, indices, count // 4, whole, row, rows
                )
    else:
        step = quantise(x, members[0], count, m.positive == 1, octets, 0)
        for panel in range(rows // ROWS):
            offset, row = m.offset + panel * m.panel, panel * ROWS
            _bytes_1(dot, pool, offset, octets, 0, indices, (count + 3) // 4, whole, row, rows)
    unquantise(whole, 0, weights.shift, weights.scale, np.float32(step), weights.bias, m.first, rows,
               y, members[0])  # fmt: skip
