"""What this processor multiplies with: its features, asked at run time, and the dot products they allow."""

from functools import cache

from llvmlite import binding

#: Ways to a product of int8 weights, best first: name, and the features that it takes.
DOTS = {
    "avx512-vnni": ("avx512f", "avx512bw", "avx512vl", "avx512vnni", "f16c"),
    "avx-vnni": ("avx2", "avxvnni", "f16c"),
    "avx2": ("avx2", "f16c"),
}
PLAIN = "plain"  # float32 alone


@cache
def features() -> frozenset[str]:
    """The names that LLVM gives to what this processor can do."""
    try:
        return frozenset(name for name, has in binding.get_host_cpu_features().items() if has)
    except RuntimeError:  # LLVM cannot say for this platform
        return frozenset()


def available_dots() -> list[str]:
    """The ways that this processor can go, best first; the last is always "plain"."""
    return [name for name, needs in DOTS.items() if features().issuperset(needs)] + [PLAIN]


def has_half() -> bool:
    """Whether float16 weights can be read as fast as they come from memory."""
    return "f16c" in features() or "fullfp16" in features()
