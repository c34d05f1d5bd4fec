"""A model's tensors as the kernel reads them: packed in panels, int8 or float, in one piece of memory."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.voices.samplernn import dot, processor

FLOAT32, FLOAT16, INT8, INT8_ROWS, INT5 = range(5)  # how a matrix is kept
GROUP = 4  # inputs that an int8 dot product takes at once
#: Embedding and first convolution become one table if that is not larger than this; 65,536 levels
#: would fill gigabytes.
LARGEST_TABLE_BYTES = 64 << 20
HUGE_PAGE = 2 << 20
#: Rows of a panel from which single inputs are left out: so many bytes to read in one go.
WIDE_ROWS = 4 * dot.ROWS

DOTS: dict[str, dot.Dot] = {
    "avx512-vnni": dot.Avx512Vnni(together=4),
    "avx-vnni": dot.AvxVnni(together=1),
    "avx2": dot.Avx2(together=1),
}

MATRIX = np.dtype(
    [
        ("kind", np.int64),
        ("offset", np.int64),  # bytes into the pool
        ("panel", np.int64),  # bytes of a panel
        ("rows", np.int64),  # a whole number of panels
        ("columns", np.int64),
        ("positive", np.int64),  # 1: what it is multiplied with comes from a ReLU
        ("first", np.int64),  # its first row's place in scale, sums and bias
    ]
)


class Weights(NamedTuple):
    """All matrices."""

    dot: dot.Dot
    pool: NDArray[np.uint8]
    matrices: NDArray[np.void]  # of MATRIX
    scale: NDArray[np.float32]  # by row: what a step of an int8 weight is worth
    shift: NDArray[np.int32]  # by row: what its sum has too much, since 128 stands for zero
    bias: NDArray[np.float32]  # by row
    table: NDArray[np.float32]  # (levels, F_0, dim): a code's share in the first sum; or empty
    short_table: NDArray[np.int16]  # the same in int16; or empty
    short_step: float  # what 1 in short_table is worth
    embedding: NDArray[np.float32]  # (levels, e), where there is no table; or empty


class Plan(NamedTuple):
    """Which matrix is which, and the model's sizes."""

    dim: int
    levels: int
    lstm: bool
    skip: bool
    sizes: NDArray[np.int64]  # F_i
    spans: NDArray[np.int64]  # N_i
    input: NDArray[np.int64]  # by tier; the top one's goes straight to the gates of layer 0
    ih: NDArray[np.int64]  # by tier, layer
    hh: NDArray[np.int64]
    up: NDArray[np.int64]  # by tier: the first of F_i
    hidden: NDArray[np.int64]  # the sample tier's layers between convolution and output
    relu_first: bool  # whether the convolution's sum goes through a ReLU
    output: int
    taps: int  # gives a code's share in the first sum from its embedding; −1 where a table does


def pack(
    config: SampleRNNConfig,
    tensors: Tensors,
    weights: str,
    dots: str,
    bits: int = 8,
    table_bytes: int = LARGEST_TABLE_BYTES,
) -> tuple[Weights, Plan]:
    """`weights`: "int8" or "float32"; `dots`: one of `processor.available_dots()`.

    bits: 8, or 5 for int8 weights whose tiers (RNN and upsamplers) are kept in so many.
    """
    packing = _Packing(weights == "int8", sparse=dots == "avx512-vnni")
    five_bits = bits == 5 and weights == "int8"
    top = len(config.frame_sizes) - 1
    tiers, layers = range(top + 1), range(config.layers)
    first_input: list[int] = []
    ih: list[int] = []
    hh: list[int] = []
    up: list[int] = []
    for i in tiers:
        name = f"tiers.{i}"
        w: NDArray[Any] = tensors[f"{name}.input.weight"]
        b: NDArray[Any] = tensors[f"{name}.input.bias"]
        rnn = {k: v for k, v in tensors.items() if k.startswith(f"{name}.rnn.")}
        if i == top:  # nothing is added to its frames: on to the gates in one product
            first = rnn[f"{name}.rnn.weight_ih_l0"].astype(np.float64)
            b = first @ b + rnn[f"{name}.rnn.bias_ih_l0"]
            w = first @ w
        first_input.append(packing.add(w, b, exact=True))
        for side, found in (("ih", ih), ("hh", hh)):
            for k in layers:
                bias = rnn[f"{name}.rnn.bias_{side}_l{k}"]
                folded = side == "ih" and i == top and k == 0
                w = rnn[f"{name}.rnn.weight_{side}_l{k}"]
                found.append(-1 if folded else packing.add(w, bias, five_bits=five_bits))
        steps = zip(tensors[f"{name}.up.weight"], tensors[f"{name}.up.bias"], strict=True)
        numbers = [packing.add(w, b, five_bits=five_bits) for w, b in steps]
        up.append(numbers[0])
    two = config.sample_tier == "two-layer"
    hidden = [
        packing.add(
            tensors[f"sample.{name}.weight"], tensors[f"sample.{name}.bias"], positive=positive
        )
        for name, positive in ((("hidden", two),) if two else (("hidden", two), ("hidden2", True)))
    ]
    output = packing.add(
        tensors["sample.output.weight"], tensors["sample.output.bias"], positive=True
    )
    embedding = tensors["sample.embedding"]
    conv = tensors["sample.input.weight"].transpose(2, 0, 1)  # (F_0, dim, e)
    no_table = np.zeros((0, 0, 0), np.float32)
    table, short, step, taps = no_table, no_table.astype(np.int16), 0.0, -1
    if 4 * len(embedding) * conv[..., 0].size <= table_bytes:
        shares = embedding.astype(np.float64) @ conv.reshape(-1, conv.shape[-1]).T
        table = shares.astype(np.float32).reshape(len(embedding), *conv.shape[:2])
        embedding = np.zeros((0, 0), np.float32)
        if weights == "int8":
            step = max(float(np.abs(table).max()), 1e-30) / 32767
            short = np.round(table / step).astype(np.int16)
            table = no_table
    else:
        taps = packing.add(conv.reshape(-1, conv.shape[-1]), np.zeros(conv[..., 0].size))
    grid = (len(tiers), len(layers))
    plan = Plan(
        dim=config.dim,
        levels=config.levels,
        lstm=config.cell == "lstm",
        skip=config.skip,
        sizes=np.array(config.frame_sizes),
        spans=np.array(config.spans),
        input=np.array(first_input),
        ih=np.array(ih).reshape(grid),
        hh=np.array(hh).reshape(grid),
        up=np.array(up),
        hidden=np.array(hidden),
        relu_first=two,
        output=output,
        taps=taps,
    )
    return packing.finish(dots, table, short, step, embedding), plan


@dataclass
class _Packing:
    """Matrices, one after the other, on their way into one piece of memory."""

    int8: bool
    sparse: bool  # whether zeros can be left out of int8 products
    size: int = 0
    first: int = 0
    pieces: list[tuple[int, NDArray[Any]]] = field(default_factory=list)
    matrices: list[tuple[int, ...]] = field(default_factory=list)
    rows: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = field(default_factory=list)

    def add(
        self,
        w: NDArray[Any],
        b: NDArray[Any],
        positive: bool = False,
        exact: bool = False,
        five_bits: bool = False,
    ) -> int:
        """Returns the matrix's number; `exact`: never in int8; `five_bits`: in as many."""
        height = -(-len(w) // dot.ROWS) * dot.ROWS
        columns = w.shape[1]
        scale, shift = np.ones(len(w)), np.zeros(len(w))
        if self.int8 and not exact:
            kind, group = (INT5, 2 * GROUP) if five_bits else (INT8, GROUP)
            scale, packed = _fives(w) if five_bits else _octets(w)
            if not positive:
                shift = 128 * packed.sum(axis=1, dtype=np.int32)
        else:
            kind, group = FLOAT32, 1
            packed = w.astype(np.float32)
            if processor.has_half() and np.array_equal(packed.astype(np.float16), packed):
                kind, packed = FLOAT16, packed.astype(np.float16)  # as in the file: half as much
        full = np.zeros((height, -(-columns // group) * group), packed.dtype)
        full[: len(w), :columns] = packed
        panels: NDArray[Any] = full.reshape(height // dot.ROWS, dot.ROWS, -1, group).transpose(
            0, 2, 1, 3
        )
        if kind == INT5:
            low, high = (
                np.ascontiguousarray(part) for part in np.split(panels.view(np.uint8), 2, -1)
            )
            fours = (low >> 4 | high & 0xF0).reshape(*panels.shape[:2], -1)
            bits = np.stack([low, high], axis=2).reshape(*panels.shape[:2], -1) >> 3 & 1
            panels = np.concatenate([fours, np.packbits(bits, -1, bitorder="little")], -1)
        if kind == INT8 and positive and self.sparse:
            kind = INT8_ROWS
            woven = full.reshape(-1, dot.ROWS, full.shape[1])[:, dot.woven_order(), :columns]
            wide = WIDE_ROWS if height % WIDE_ROWS == 0 else dot.ROWS
            panels = woven.reshape(-1, wide, columns).transpose(0, 2, 1)
        panel = panels[0].nbytes
        self.pieces.append((self.size, panels))
        self.matrices.append((kind, self.size, panel, height, columns, int(positive), self.first))
        spare = (0, height - len(w))
        self.rows.append((np.pad(scale, spare), np.pad(shift, spare), np.pad(b, spare)))
        self.size += panels.nbytes
        self.first += height
        return len(self.matrices) - 1

    def finish(
        self,
        dots: str,
        table: NDArray[np.float32],
        short: NDArray[np.int16],
        step: float,
        embedding: NDArray[np.float32],
    ) -> Weights:
        pool = aligned(self.size)
        for at, piece in self.pieces:
            pool[at : at + piece.nbytes] = np.ascontiguousarray(piece).reshape(-1).view(np.uint8)
        scale, shift, bias = (np.concatenate(parts) for parts in zip(*self.rows, strict=True))
        plain: dot.Dot = dot.Plain(together=4 if "avx512f" in processor.features() else 1)
        return Weights(
            dot=DOTS.get(dots, plain),
            pool=pool,
            matrices=np.array(self.matrices, MATRIX),
            scale=scale.astype(np.float32),
            shift=shift.astype(np.int32),
            bias=bias.astype(np.float32),
            table=table,
            short_table=short,
            short_step=step,
            embedding=embedding,
        )


def _octets(w: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int8]]:
    """Per row of w, what a step is worth (rows,), and w in steps from −127 to 127."""
    scale = np.maximum(np.abs(w).max(axis=1), 1e-30) / 127
    return scale, np.round(w / scale[:, None]).astype(np.int8)


def _fives(w: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int8]]:
    """As `_octets`, in 32 steps a row, times 8; what is far out is cut where that costs least."""
    best = (np.full(len(w), np.inf), np.ones(len(w)), np.zeros(w.shape, np.int8))
    largest = np.maximum(np.abs(w).max(axis=1), 1e-30)
    for cut in np.linspace(1.0, 0.6, 9):
        scale = largest * cut / 15
        steps = np.clip(np.round(w / scale[:, None]), -16, 15)
        loss = np.square(steps * scale[:, None] - w).sum(axis=1)
        better = loss < best[0]
        best = (
            np.where(better, loss, best[0]),
            np.where(better, scale / 8, best[1]),
            np.where(better[:, None], 8 * steps, best[2]).astype(np.int8),
        )
    return best[1], best[2]


def aligned(size: int) -> NDArray[np.uint8]:
    """Zeros (size,) that begin where a huge page may, so that their addresses are looked up seldom.

    numpy asks the system for huge pages for arrays from 4 MiB on.
    """
    room = np.zeros(max(size + HUGE_PAGE, 2 * HUGE_PAGE), np.uint8)
    begin = -room.ctypes.data % HUGE_PAGE
    return room[begin : begin + size]
