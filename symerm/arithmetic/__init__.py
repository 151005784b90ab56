"""Exact arithmetic: rationals, linear algebra over Q, verified convex optimisation."""
