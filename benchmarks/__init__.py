"""Measurements with limits, run by `make bench`; apart from the tests, as clocks are not exact."""
