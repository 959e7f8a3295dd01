"""The standard normal distribution function on arrays."""

from __future__ import annotations

import numpy as np


def normal_cdf(values: np.ndarray | float) -> np.ndarray:
    """P(Z <= values), by Abramowitz and Stegun 7.1.26; absolute error below 1e-7."""
    x = np.asarray(values, dtype=float) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * np.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1.0 - poly * np.exp(-x * x))
    return 0.5 * (1.0 + erf)
