"""Parameters and the functions they realise: equality, minimal form, degeneracy, stability."""
