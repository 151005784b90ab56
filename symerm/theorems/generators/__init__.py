"""Hypothesis strategies for instances; `symerm.strategies` is their public face."""
