"""What differs between operating systems: memory, sockets, signals, processes, scheduling, locks, folders.

No other room asks on which system it runs. `LIVECODE_PORTABLE=1` makes this system do as one that has
less, and refuses what such a one does not have (`livecode/system/guard.py`).
"""

from livecode.system.here import PORTABLE

if PORTABLE:
    from livecode.system.guard import stand_guard

    stand_guard()
