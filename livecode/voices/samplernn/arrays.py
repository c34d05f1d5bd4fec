"""Reads and writes of numba arrays, and calls of intrinsics, in LLVM code that is being built."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

#: A value in the code that is being built. llvmlite and numba have no types of their own.
Lanes = Any
#: Builds the code of one call: from numba's context, the builder, numba's signature and the arguments.
Codegen = Callable[[Any, ir.IRBuilder, Any, Sequence[Lanes]], Lanes]

_I8, _I32 = ir.IntType(8), ir.IntType(32)


class Arrays:
    """Pointers into numba arrays, in the making of one function."""

    def __init__(
        self, context: Any, builder: ir.IRBuilder, signature: Any, args: Sequence[Lanes]
    ) -> None:
        self.builder = builder
        self._data = [
            builder.bitcast(
                context.make_array(kind)(context, builder, value).data, _I8.as_pointer()
            )
            if isinstance(kind, types.Array)
            else value
            for kind, value in zip(signature.args, args, strict=True)
        ]

    def __getitem__(self, index: int) -> Lanes:
        return self._data[index]

    def load(self, base: Lanes, offset: Lanes, kind: Any, align: int = 1) -> Lanes:
        """The value of LLVM type `kind`, `offset` bytes behind `base`."""
        place = self.builder.bitcast(self.builder.gep(base, [offset]), kind.as_pointer())
        value = self.builder.load(place)
        value.align = align
        return value

    def store(self, value: Lanes, base: Lanes, offset: Lanes) -> None:
        """Write a value `offset` bytes behind `base`."""
        place = self.builder.bitcast(self.builder.gep(base, [offset]), value.type.as_pointer())
        self.builder.store(value, place).align = 1

    def call(self, name: str, result: Any, *arguments: Lanes) -> Lanes:
        """The value of an LLVM intrinsic."""
        kind = ir.FunctionType(result, [value.type for value in arguments])
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, arguments)

    def call_for(self, base: Lanes, offset: Lanes) -> None:
        """Have the cache line `offset` bytes behind `base` brought near; it need not be there."""
        kind = ir.FunctionType(ir.VoidType(), [_I8.as_pointer(), _I32, _I32, _I32])
        name = "llvm.prefetch.p0"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        place = self.builder.gep(base, [offset])
        read, all_levels, data = _I32(0), _I32(3), _I32(1)
        self.builder.call(function, [place, read, all_levels, data])

    def splat(self, value: Lanes, kind: Any) -> Lanes:
        """`value` in every lane of the vector type `kind`."""
        one = self.builder.insert_element(ir.Constant(kind, ir.Undefined), value, _I32(0))
        zeros = ir.Constant(ir.VectorType(_I32, kind.count), [0] * kind.count)
        return self.builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), zeros)
