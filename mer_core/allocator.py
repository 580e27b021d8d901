"""Freed memory is kept for the next forward, not given back and asked for again.

One forward on long sequences frees tens of megabytes of attention maps. glibc returns such blocks
to the system and faults every page in anew at the next forward, which costs a third of it and more.
"""

import ctypes
import sys

_KEEP = {
    -1: 2**31 - 1,  # M_TRIM_THRESHOLD: free bytes on top of the heap before any are given back
    -3: 2**25,  # M_MMAP_THRESHOLD: smaller blocks come from the heap; glibc allows no more
    -2: 2**26,  # M_TOP_PAD: bytes that the heap grows by
}


def keep_freed_memory() -> bool:
    """Tell the C library of this process to keep what it frees; whether it could be told.

    For processes that run models again and again, the app's server among them: they hold their
    peak until they end. Other C libraries than glibc are left as they are.
    """
    if sys.platform != "linux":
        return False
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    return tell is not None and all(tell(what, value) for what, value in _KEEP.items())
