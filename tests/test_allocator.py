"""Tests of mer_core.allocator, in processes of their own: memory of this one is left alone."""

import subprocess
import sys

import pytest

FAULTS = """
import resource
from mer_core.allocator import keep_freed_memory

kept = {told} and keep_freed_memory()

def forward():
    blocks = [b"x" * 2**22 for _ in range(16)]

forward(), forward()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    forward()
print(int(kept), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(told):
    """Whether the library was told, and pages faulted in by five rounds of 64 MB."""
    code = FAULTS.format(told=told)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return tuple(int(word) for word in done.stdout.split())


def test_kept_memory_is_not_faulted_in_again():
    """Five rounds of 64 MB are 80,000 pages of 4 kB where memory is given back."""
    _, anew = faults(told=False)
    kept, again = faults(told=True)
    if not kept:
        pytest.skip("This C library is not glibc: it is left as it is.")

    assert anew > 10_000
    assert again < anew / 10
