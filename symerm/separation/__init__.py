"""Optimization-based separation of ball indicators (Safran, Lee 2021), with certified constants.

The network is [sum_j w_j erf(<u_j, x> + b_j)] cut off to [0, 1], its hidden layer frozen at random;
the target is the indicator of a ball of radius lambda in [1, 2], the data are radially symmetric.
All expectations over the hidden layer depend on |x| only and have closed forms in arctan, erf and
Owen's T; they are enclosed in balls, so that statements about all |x| and all lambda are proved.
"""
