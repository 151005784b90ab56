"""Does a minimiser exist?  Bounds, branch and bound, and the decision with its proof."""

from symerm.attainability.decide import decide
from symerm.attainability.verdict import Progress, Verdict

__all__ = ["Progress", "Verdict", "decide"]
