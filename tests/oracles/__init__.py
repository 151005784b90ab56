"""Slow, simple, independent ways to the same answers, for the tests only.

Nothing in this package imports symerm: an oracle that shares code with what it checks proves
nothing.  `brute_force` is exact and complete for one output; `numeric` finds float networks that
try to refute a claimed lower bound for any number of outputs.
"""
