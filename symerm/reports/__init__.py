"""Text, JSON and tables from verdicts; nothing is computed here."""
