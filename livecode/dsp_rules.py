"""What a @dsp may not touch, and the name that shapes the sum: agreed between mind and engine."""

#: The @dsp of this name shapes the sum of everything, which it takes as `mix`.
MASTER = "master"
#: In pyo, but not in a @dsp: they would touch the server, open sockets, windows or files for
#: writing, or are known to end the process (OscDataReceive on invalid UTF-8).
FORBIDDEN = frozenset({
    "Server", "OscDataReceive", "OscDataSend", "OscReceive", "OscSend", "OscListReceive",
    "OscListSend", "OscListener", "SharedTable", "Record", "ControlRec", "NoteinRec", "savefile",
    "savefileFromTable", "Clean_objects", "MidiListener", "MidiDispatcher", "Scope", "Spectrum",
    "PeakAmp", "exit", "quit", "open", "exec", "eval", "compile", "input", "breakpoint",
    "__import__", "globals", "locals", "vars", "help",
})  # fmt: skip
