"""Mehrotra's predictor-corrector method for a batch of small convex quadratic programs.

The program of one node, with d slots of G rays each (alpha >= 0), rows i of data and slacks s at
the undecided pairs (j, i):

    min 1/2 sum_i w_i r_i^2,   r_i = t_i - c - sum_j sigma_j (phi_ij . alpha_j - s_ij),
    0 <= s_ij,  s_ij <= b1_ij . alpha_j,  s_ij <= b2_ij . alpha_j

with b1 = phi - z and b2 = phi - gamma z.  Decided rows enter through one Gram matrix computed once.
For each undecided row the slacks are eliminated with the Sherman-Morrison formula, which leaves
systems of size 1 + d G.  Floating point throughout: the results are proposals.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symerm.attainability.newton import Iterate, advance, start

__all__ = ["InteriorPoint"]

Array = np.ndarray[Any, np.dtype[np.float64]]

_FEASIBLE = 1e-7
_CONVERGED = 1e-10
_ITERATIONS = 40
#: Dual slack, relative to the length of the residual, that rounding may use up.
_MARGIN = 1e-6
#: Residuals at undecided points below this size, relative to all, are taken as zero.
_NEGLIGIBLE = 1e-5
#: Weight of the squared gap of points whose loss gains nothing directly.
_SPREAD = 0.01


class InteriorPoint:
    """A batch of B programs; `run` fills the ``best_*`` arrays.

    Parameters
    ----------
    z, phi : (B, d, G, n) forms and activations on the rays, zero where padded
    signs : (B, d) output signs
    pad : (B, d, G) bool, True where there is no ray
    weights, targets : (n,)
    output_bias : bool
    slope : slope of the activation for negative arguments; the other is 1
    """

    def __init__(
        self, z: Array, phi: Array, signs: Array, pad: Any, weights: Array, targets: Array,
        output_bias: bool, slope: float,
    ) -> None:
        batch, width, most, size = z.shape
        self.signs, self.pad, self.output_bias = signs, pad, output_bias
        self.weights, self.slope = weights, slope
        self.undecided: Any = np.any(z > 0, axis=2) & np.any(z < 0, axis=2)
        any_undecided = self.undecided.any(1)
        rows = max(int(any_undecided.sum(1).max()), 1)
        self.order = np.argsort(~any_undecided, axis=1, kind="stable")[:, :rows]
        self.row_used = np.take_along_axis(any_undecided, self.order, 1)
        self._z, self._phi = z, phi
        self._targets = targets

        design = np.empty((batch, 1 + width * most, size))
        design[:, 0] = 1.0 if output_bias else 0.0
        design[:, 1:] = (phi * signs[:, :, None, None]).reshape(batch, width * most, size)
        decided = weights * ~any_undecided
        weighted = design * decided[:, None, :]
        mask = self._rows(self.undecided) & self.row_used[:, None, :]
        phi_u, z_u = self._rows(phi), self._rows(z)
        self.data = {
            "gram": weighted @ design.transpose(0, 2, 1),
            "moment": weighted @ targets,
            "square": decided @ (targets * targets),
            "design": self._rows(design) * self.row_used[:, None, :],
            "weight": weights[self.order] * self.row_used,
            "target": targets[self.order] * self.row_used,
            "mask": mask,
            "steep": np.maximum(phi_u - z_u, 0) * mask[:, :, None, :],
            "flat": np.maximum(phi_u - slope * z_u, 0) * mask[:, :, None, :],
            "signs": signs,
            "pad": pad,
            "where": np.arange(batch),
        }
        self.best_bound = np.full(batch, -np.inf)
        self.best_offset = np.zeros(batch)
        self.best_alpha = np.zeros((batch, width, most))
        self.tied = np.zeros((batch, width, most), dtype=bool)
        self.best_square = np.zeros(batch)
        self.best_slack = np.full((batch, width, most), np.inf)
        self.best_residual = np.zeros((batch, rows))
        self.best_mixture = np.zeros((batch, width, rows))
        self.last_value = np.zeros(batch)
        self.last_alpha = np.zeros((batch, width, most))

    def _rows(self, array: Any) -> Any:
        shape = (array.shape[0],) + (1,) * (array.ndim - 2) + (self.order.shape[1],)
        return np.take_along_axis(array, self.order.reshape(shape), array.ndim - 1)

    def branches(self, alpha: Array) -> list[tuple[int, int] | None]:
        """For each program the (slot, row) where its fit is least like the true activation.

        None where every row is decided; where the fit is like the activation everywhere, the row
        whose hyperplane divides the rays best.
        """
        z = (alpha[:, :, None, :] @ self._z)[:, :, 0]
        chord = (alpha[:, :, None, :] @ self._phi)[:, :, 0]
        truth = np.maximum(z, self.slope * z)
        gap = chord - truth
        balance = np.minimum((self._z > 0).sum(2), (self._z < 0).sum(2))
        residual = self._targets - (self.signs[:, :, None] * truth).sum(1)
        if self.output_bias:
            residual -= (residual @ self.weights)[:, None] / self.weights.sum()
        # What the loss of a point gains when its relaxed activation is replaced by the true one.
        pull = self.signs[:, :, None] * residual[:, None, :]
        gain = np.where(pull > 0, pull**2 - np.maximum(pull - gap, 0) ** 2, 0.0)
        score = np.where(
            gap > 1e-9, self.weights * (gain + _SPREAD * gap**2), 1e-18 * balance
        )
        score = np.where(self.undecided, score, -1.0).reshape(len(alpha), -1)
        best = score.argmax(1)
        rows = self.weights.shape[0]
        return [
            (int(at) // rows, int(at) % rows) if value > 0 else None
            for at, value in zip(best, score[np.arange(len(best)), best], strict=True)
        ]

    def run(self, target: float | None) -> None:
        """Iterate until each bound exceeds `target`, falls short for good, or converges.

        Without a target every program runs until it converges.
        """
        data = self.data
        state = start(data)
        for _ in range(_ITERATIONS):
            view = Iterate(data, state, self.output_bias)
            self._record(data, state, view)
            done = (
                view.complementarity <= _CONVERGED * np.maximum(view.square, 1e-12)
            ) | ~np.isfinite(view.complementarity)
            if target is not None:
                done |= self.best_bound[data["where"]] >= target
                # Below the target for good; a few more steps show where to branch.
                done |= (view.primal < target * (1 - 1e-7)) & (
                    view.complementarity < 0.3 * view.square
                )
            if done.all():
                break
            if done.mean() > 0.2:
                keep = ~done
                data = {name: value[keep] for name, value in data.items()}
                state = {name: value[keep] for name, value in state.items()}
                view = Iterate(data, state, self.output_bias)
                done = np.zeros(len(data["where"]), dtype=bool)
            advance(data, state, view, done, self.output_bias)
        self._into_the_interior()

    def _into_the_interior(self) -> None:
        """Move dual vectors off the boundary, so that they stay feasible when rounded.

        Subtracting sum_l y_l psi_l from the residuals changes the dual slacks by gram(psi) @ y;
        slacks that are nearly zero are pushed to a small common margin.  Where that is
        impossible the condition can only hold with equality and its ray is marked as tied.
        """
        found = np.flatnonzero(np.isfinite(self.best_bound))
        if not len(found):
            return
        data = {name: value[found] for name, value in self.data.items()}
        pad = data["pad"].reshape(len(found), -1)
        length = np.sqrt(self.best_square[found])[:, None]
        residual, mixture = self.best_residual[found], self.best_mixture[found]
        # Residuals that are nearly zero would change sign, and with it their condition.
        residual = np.where(np.abs(residual) < _NEGLIGIBLE * length, 0.0, residual)
        sign = data["signs"][:, :, None]
        lowered = (sign * residual[:, None, :] < 0)[:, :, None, :]
        part = mixture[:, :, None, :]
        drop = np.where(lowered, part * data["steep"] + (1 - part) * data["flat"], 0.0)
        psi = data["design"].copy()
        psi[:, 1:] -= (sign[:, :, None, :] * drop).reshape(psi[:, 1:].shape)
        psi *= (residual != 0)[:, None, :]
        x = np.concatenate(
            [self.best_offset[found][:, None], self.best_alpha[found].reshape(len(found), -1)], 1
        )
        gradient = data["moment"] - (data["gram"] @ x[:, :, None])[:, :, 0]
        gradient += (psi @ (data["weight"] * residual)[:, :, None])[:, :, 0]
        slack = -gradient[:, 1:]
        gram = data["gram"] + (psi * data["weight"][:, None, :]) @ psi.transpose(0, 2, 1)
        diagonal = np.arange(gram.shape[1])
        entries = gram[:, diagonal, diagonal]
        margin = _MARGIN * length
        usable = np.concatenate(
            [np.full((len(found), 1), self.output_bias), ~pad], axis=1
        ) & (entries > 1e-9)
        total = np.zeros(entries.shape)
        wanted = gradient.copy()
        # A push may bring other slacks below the margin; a few passes settle that.
        for _ in range(4):
            reached = slack + (gram @ total[:, :, None])[:, 1:, 0]
            near = usable.copy()
            near[:, 1:] &= (slack < 20 * margin) | (reached < 2 * margin)
            if ((reached > 0.5 * margin) | ~near[:, 1:]).all():
                break
            wanted[:, 1:] = margin - slack
            matrix = np.where(near[:, :, None] & near[:, None, :], gram, 0.0)
            change = np.linalg.pinv(matrix, rcond=1e-8, hermitian=True) @ wanted[:, :, None]
            total = np.where(near, change[:, :, 0], 0.0)
        reached = slack + (gram @ total[:, :, None])[:, 1:, 0]
        shape = self.best_alpha[found].shape
        self.best_offset[found] += total[:, 0]
        self.best_alpha[found] += total[:, 1:].reshape(shape)
        self.best_residual[found] = residual - (total[:, None, :] @ psi)[:, 0]
        self.tied[found] = (usable[:, 1:] & (reached < 0.25 * margin)).reshape(shape)

    def _record(self, data: dict[str, Any], state: dict[str, Array], view: Iterate) -> None:
        where = data["where"]
        self.last_alpha[where] = state["alpha"]
        self.last_value[where] = view.primal
        better = (view.violation < _FEASIBLE) & (view.bound > self.best_bound[where])
        at = where[better]
        self.best_bound[at] = view.bound[better]
        self.best_offset[at] = state["offset"][better]
        self.best_alpha[at] = state["alpha"][better]
        self.best_square[at] = np.maximum(view.square[better], 0.0)
        self.best_slack[at] = -view.dual[better]
        self.best_residual[at] = view.residual[better]
        self.best_mixture[at] = view.mixture[better]
