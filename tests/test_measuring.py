"""Coverage is paused where a test asks for it, in a process of pytest-xdist too."""

import sys

from conftest import Measuring


def test_nothing_is_traced_while_measuring_is_paused():
    tracing = sys.gettrace()
    measuring = Measuring()
    measuring.pause()
    try:
        assert sys.gettrace() is None
    finally:
        measuring.resume()
    assert (sys.gettrace() is None) == (tracing is None)
