"""Certificates: what a verdict is worth, in a form that an independent checker accepts."""

from symerm.certificates.journal import FileJournal
from symerm.certificates.writer import certificate_text

__all__ = ["FileJournal", "certificate_text"]
