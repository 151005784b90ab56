"""Training the last layer only: features, rank laws, kernels, widths, gradient descent."""
