"""Products of packed weights with a few vectors: LLVM code for one panel of rows, per type and instruction.

A panel is ROWS rows of a matrix, packed so that one vector register holds the weights of
neighbouring rows for the same input.  A sum then stays in its own lane from the first input to the
last: its rounding does not depend on the register's width, on which other vectors go along, or on
zeros that are left out.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import signature as signature_of
from numba.extending import intrinsic

from livecode.voices.samplernn.arrays import Arrays, Codegen, Lanes

Typed = tuple[Any, Codegen]  # a signature of numba's, and what builds its code
Panel = Callable[..., None]  # as compiled code calls it

ROWS = 64  # of a panel
#: Bytes of weights that are called for before they are needed.  By itself the processor looks no
#: further than to the end of a page of 4 KiB; docs/samplernn-speed.md has what this is worth.
AHEAD = 16_384
LINE = 64  # bytes of a line of cache
FOURS_AHEAD = 4  # and of single inputs' weights, so many fours

_I8, _I16, _I32, _I64 = (ir.IntType(bits) for bits in (8, 16, 32, 64))
_F32 = ir.FloatType()


class Plain(NamedTuple):
    """Stands in the kernel's types for float32 alone; `together`: streams in one pass of weights."""

    together: int


class Avx512Vnni(NamedTuple):
    """Stands in the kernel's types for vpdpbusd on 512 bits."""

    together: int


class AvxVnni(NamedTuple):
    """Stands in the kernel's types for vpdpbusd on 256 bits."""

    together: int


class Avx2(NamedTuple):
    """Stands in the kernel's types for vpmaddwd on 256 bits."""

    together: int


Dot = Plain | Avx512Vnni | AvxVnni | Avx2


_LANES = 16  # of the widest register, and of the code below; narrower processors take it in parts


def float_panel(half: bool, streams: int, sparse: bool) -> Panel:
    """f(weights, offset, x, width, indices, count, out, at, stride) for float weights.

    out[s * stride + at + row] = sum over i of W[row, i] * x[s * width + i], for the panel that
    begins at byte `offset` of weights (uint8).  x holds `count` values a stream; where `sparse`,
    they belong to the inputs indices[:count].
    """
    size = 2 if half else 4
    weight = ir.VectorType(ir.HalfType() if half else _F32, _LANES)
    lanes = ir.VectorType(_F32, _LANES)

    def value_of(a: Arrays, x: Lanes, place: Lanes) -> Any:
        return a.splat(a.load(x, a.builder.mul(place, _I64(4)), _F32), lanes)

    def add_product(a: Arrays, total: Lanes, row: Lanes, value: Any) -> Lanes:
        return a.call("llvm.fmuladd.v16f32", lanes, row, value, total)

    def weights_of(a: Arrays, pool: Lanes, here: Lanes, r: int) -> list[Lanes]:
        row = a.load(pool, a.builder.add(here, _I64(r * _LANES * size)), weight)
        return [a.builder.fpext(row, lanes) if half else row]

    codegen = _code(lanes, streams, sparse, ROWS * size, 1, value_of, weights_of, add_product)

    @intrinsic
    def sums_of_panel(
        typingctx: Any,
        weights: Any,
        offset: Any,
        x: Any,
        width: Any,
        indices: Any,
        count: Any,
        out: Any,
        at: Any,
        stride: Any,
    ) -> Typed:
        i64 = types.int64
        return types.void(weights, i64, x, i64, indices, i64, out, i64, i64), codegen

    return sums_of_panel


def byte_panel(streams: int, five_bits: bool = False) -> Panel:
    """As `float_panel`, for int8 weights in groups of four inputs, and x of uint8; out is int32.

    The first argument is one of the marks above, whose type names the instruction.  `width` is the
    number of groups from one stream to the next, `count` that of groups; with `five_bits`, of pairs
    of groups: a byte holds the upper four bits of a weight of either, and behind the bytes of all
    rows stand their fifth bits, one group's after the other's; they count eightfold.  Every
    instruction gives the same sums: none saturates.
    """

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Any, args: Sequence[Lanes]
    ) -> Lanes:
        dot = signature.args[0].instance_class
        if dot is Plain:
            return context.get_dummy_value()  # compiled for every processor, called on none
        signature = signature_of(signature.return_type, *signature.args[1:])
        return _bytes_code(dot, streams, five_bits)(context, builder, signature, args[1:])

    @intrinsic
    def sums_of_panel(
        typingctx: Any,
        dot: Any,
        weights: Any,
        offset: Any,
        x: Any,
        width: Any,
        indices: Any,
        count: Any,
        out: Any,
        at: Any,
        stride: Any,
    ) -> Typed:
        i64 = types.int64
        return types.void(dot, weights, i64, x, i64, indices, i64, out, i64, i64), codegen

    return sums_of_panel


def _bytes_code(dot: type, streams: int, five_bits: bool) -> Codegen:
    bits = 512 if dot is Avx512Vnni else 256
    lanes = ir.VectorType(_I32, bits // 32)
    octets, words = ir.VectorType(_I8, bits // 8), ir.VectorType(_I16, bits // 16)

    def value_of(a: Arrays, x: Lanes, place: Lanes) -> Any:
        four = a.load(x, a.builder.mul(place, _I64(4)), _I32)
        if dot is not Avx2:
            return a.builder.bitcast(a.splat(four, lanes), octets)
        parts = (four, a.builder.lshr(four, _I32(8)))  # inputs 0 and 2, 1 and 3
        return [
            a.builder.bitcast(a.splat(a.builder.and_(part, _I32(0x00FF00FF)), lanes), words)
            for part in parts
        ]

    def add_product(a: Arrays, total: Lanes, row: Lanes, value: Any) -> Lanes:
        if dot is not Avx2:
            name = f"llvm.x86.avx512.vpdpbusd.{bits}"
            return a.call(name, lanes, total, value, a.builder.bitcast(row, octets))
        eight = ir.Constant(words, [8] * words.count)
        row = a.builder.bitcast(row, words)
        parts = (a.builder.ashr(a.builder.shl(row, eight), eight), a.builder.ashr(row, eight))
        for part, pair in zip(parts, value, strict=True):
            total = a.builder.add(total, a.call("llvm.x86.avx2.pmadd.wd", lanes, part, pair))
        return total

    def weights_of(a: Arrays, pool: Lanes, here: Lanes, r: int) -> list[Lanes]:
        row = a.load(pool, a.builder.add(here, _I64(r * bits // 8)), lanes)
        if not five_bits:
            return [row]
        four = ir.Constant(lanes, [4] * lanes.count)
        high = ir.Constant(lanes, [0xF0F0F0F0 - 2**32] * lanes.count)
        pair = [a.builder.and_(a.builder.shl(row, four), high), a.builder.and_(row, high)]
        for part in range(2):
            place = _I64(ROWS * 4 + part * ROWS // 2 + r * bits // 64)
            fifths = a.load(pool, a.builder.add(here, place), ir.IntType(bits // 8))
            fifths = a.builder.bitcast(fifths, ir.VectorType(ir.IntType(1), octets.count))
            whole = a.builder.bitcast(pair[part], octets)
            eight = ir.Constant(octets, [8] * octets.count)
            pair[part] = a.builder.select(fifths, a.builder.or_(whole, eight), whole)
        return pair

    step, parts = (ROWS * 5, 2) if five_bits else (ROWS * 4, 1)
    return _code(lanes, streams, False, step, parts, value_of, weights_of, add_product)


def _code(
    lanes: Any,
    streams: int,
    sparse: bool,
    step: int,
    parts: int,
    value_of: Callable[[Arrays, Lanes, Lanes], Any],
    weights_of: Callable[[Arrays, Lanes, Lanes, int], list[Lanes]],
    add_product: Callable[[Arrays, Lanes, Lanes, Any], Lanes],
) -> Codegen:
    """The loop that all kinds share.

    In `step` bytes are what all rows have for `parts` values of x; `weights_of` takes them apart.
    """
    vectors = ROWS // lanes.count

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Any, args: Sequence[Lanes]
    ) -> Lanes:
        a = Arrays(context, builder, signature, args)
        pool, offset, x, width, indices, count, out, at, stride = (a[i] for i in range(9))
        zero = ir.Constant(lanes, [0] * lanes.count)
        sums = {
            (s, r): cgutils.alloca_once_value(builder, zero)
            for s in range(streams)
            for r in range(vectors)
        }
        with cgutils.for_range(builder, count) as loop:
            column = loop.index
            if sparse:
                column = builder.zext(a.load(indices, builder.mul(column, _I64(4)), _I32), _I64)
            here = builder.add(offset, builder.mul(column, _I64(step)))
            for line in range(0, 0 if sparse else step, LINE):
                a.call_for(pool, builder.add(here, _I64(AHEAD + line)))
            values = {}
            for s in range(streams):
                first = builder.add(
                    builder.mul(width, _I64(s)), builder.mul(loop.index, _I64(parts))
                )
                for part in range(parts):
                    values[s, part] = value_of(a, x, builder.add(first, _I64(part)))
            for r in range(vectors):
                rows = weights_of(a, pool, here, r)
                for s in range(streams):
                    total = builder.load(sums[s, r])
                    for part, row in enumerate(rows):
                        total = add_product(a, total, row, values[s, part])
                    builder.store(total, sums[s, r])
        for (s, r), total in sums.items():
            place = builder.add(builder.mul(stride, _I64(s)), at)
            place = builder.add(place, _I64(r * lanes.count))
            a.store(builder.load(total), out, builder.mul(place, _I64(4)))
        return context.get_dummy_value()

    return codegen


def byte_rows(streams: int, blocks: int) -> Panel:
    """As `byte_panel`, for positive inputs of which only some are not zero: 512 bits only.

    The weights of an input are `step` neighbouring bytes, of which `blocks` times ROWS are summed
    here; `count` is the number of fours among indices, which have room for FOURS_AHEAD more.  Four
    inputs' rows are woven into groups in registers, so that any four can go together.
    """
    octets, words = ir.VectorType(_I8, 64), ir.VectorType(_I16, 32)
    lanes = ir.VectorType(_I32, 16)

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Any, args: Sequence[Lanes]
    ) -> Lanes:
        if signature.args[0].instance_class is not Avx512Vnni:
            return context.get_dummy_value()
        signature = signature_of(signature.return_type, *signature.args[1:])
        a = Arrays(context, builder, signature, args[1:])
        pool, offset, step, x, width, indices, count, out, at, stride = (a[i] for i in range(10))
        zero = ir.Constant(lanes, [0] * lanes.count)
        sums = {
            (s, b, r): cgutils.alloca_once_value(builder, zero)
            for s in range(streams)
            for b in range(blocks)
            for r in range(4)
        }
        with cgutils.for_range(builder, count) as loop:
            first = builder.mul(loop.index, _I64(16))
            here, later = (
                [
                    builder.add(offset, builder.mul(builder.zext(index, _I64), step))
                    for i in range(4)
                    for index in [a.load(indices, builder.add(first, _I64(at + 4 * i)), _I32)]
                ]
                for at in (0, 16 * FOURS_AHEAD)
            )
            for start in later:
                for b in range(blocks):
                    a.call_for(pool, builder.add(start, _I64(ROWS * b)))
            values = []
            for s in range(streams):
                place = builder.add(builder.mul(width, _I64(s)), loop.index)
                four = a.load(x, builder.mul(place, _I64(4)), _I32)
                values.append(builder.bitcast(a.splat(four, lanes), octets))
            for b in range(blocks):
                rows = [a.load(pool, builder.add(start, _I64(ROWS * b)), octets) for start in here]
                for r, row in enumerate(_woven(builder, rows, octets, words)):
                    for s in range(streams):
                        total = builder.load(sums[s, b, r])
                        total = a.call("llvm.x86.avx512.vpdpbusd.512", lanes, total, values[s], row)
                        builder.store(total, sums[s, b, r])
        for (s, b, r), total in sums.items():
            place = builder.add(builder.mul(stride, _I64(s)), at)
            place = builder.add(place, _I64(b * ROWS + r * lanes.count))
            a.store(builder.load(total), out, builder.mul(place, _I64(4)))
        return context.get_dummy_value()

    @intrinsic
    def sums_of_rows(
        typingctx: Any,
        dot: Any,
        weights: Any,
        offset: Any,
        step: Any,
        x: Any,
        width: Any,
        indices: Any,
        count: Any,
        out: Any,
        at: Any,
        stride: Any,
    ) -> Typed:
        i64 = types.int64
        return types.void(dot, weights, i64, i64, x, i64, indices, i64, out, i64, i64), codegen

    return sums_of_rows


def woven_order() -> list[int]:
    """The row of a panel that stands at each of the ROWS bytes of an input, for `byte_rows`."""
    return [16 * (p % 16 // 4) + 4 * (p // 16) + p % 4 for p in range(ROWS)]


def _woven(builder: ir.IRBuilder, rows: Sequence[Lanes], octets: Any, words: Any) -> list[Lanes]:
    """Four registers of ROWS bytes to four registers of 16 groups: a b c d a b c d …

    vpunpck takes 16 bytes at a time; `woven_order` puts right what that leaves apart.
    """

    def unpack(left: Lanes, right: Lanes, kind: Any, high: int) -> Lanes:
        per = kind.count // 4  # in 16 bytes
        mask = [
            16 * 8 // kind.element.width * part + high * per // 2 + i // 2 + i % 2 * kind.count
            for part in range(4)
            for i in range(per)
        ]
        mask = ir.Constant(ir.VectorType(_I32, kind.count), mask)
        return builder.shuffle_vector(
            builder.bitcast(left, kind), builder.bitcast(right, kind), mask
        )

    halves = [
        (unpack(rows[0], rows[1], octets, high), unpack(rows[2], rows[3], octets, high))
        for high in (0, 1)
    ]
    return [
        builder.bitcast(unpack(ab, cd, words, high), octets) for ab, cd in halves for high in (0, 1)
    ]
