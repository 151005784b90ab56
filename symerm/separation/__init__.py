"""Optimization-based separation of ball indicators (Safran, Lee 2021), with certified constants.

The network is [sum_j w_j erf(<u_j, x> + b_j)] cut off to [0, 1], its hidden layer frozen at random;
the target is the indicator of a ball of radius lambda in [1, 2], the data are radially symmetric.
All expectations over the hidden layer depend on |x| only and have closed forms in arctan, erf and
Owen's T; they are enclosed in balls, so that statements about all |x| and all lambda are proved.
"""

from symerm.separation.assumptions import Assumptions, RadialLaw, check_assumptions
from symerm.separation.audit import Claim, SeparationAudit, audit_separation
from symerm.separation.closed_forms import (
    mean_large_bias,
    mean_positive_bias,
    separated_radius,
    separating_function,
    separating_slope,
    separating_weight,
)
from symerm.separation.constants import Guarantee, guarantee
from symerm.separation.density_bounds import DensityBounds, bound_density
from symerm.separation.feature_law import (
    feature_density,
    feature_distribution,
    feature_kernel,
    least_density,
)
from symerm.separation.heavy_tailed import HeavyTailed
from symerm.separation.minimum import CertifiedMinimum, certified_minimum
from symerm.separation.monotonicity import MonotonicityProof, prove_monotone
from symerm.separation.owens_t import owens_t
from symerm.separation.separating_vectors import SeparatingVectors, compare_vectors
from symerm.separation.two_spheres import TwoSpheres

__all__ = [
    "Assumptions",
    "CertifiedMinimum",
    "Claim",
    "DensityBounds",
    "Guarantee",
    "HeavyTailed",
    "MonotonicityProof",
    "RadialLaw",
    "SeparatingVectors",
    "SeparationAudit",
    "TwoSpheres",
    "audit_separation",
    "bound_density",
    "certified_minimum",
    "check_assumptions",
    "compare_vectors",
    "feature_density",
    "feature_distribution",
    "feature_kernel",
    "guarantee",
    "least_density",
    "mean_large_bias",
    "mean_positive_bias",
    "owens_t",
    "prove_monotone",
    "separated_radius",
    "separating_function",
    "separating_slope",
    "separating_weight",
]
