"""Certificates: what a verdict is worth, in a form that an independent checker accepts."""

from symerm.certificates.writer import certificate_text

__all__ = ["certificate_text"]
