"""Mehrotra's predictor-corrector method for a batch of small convex quadratic programs.

The program of one node, with d slots of G rays each (alpha >= 0), rows i of data and slacks s at
the undecided pairs (j, i):

    min 1/2 sum_i w_i r_i^2,   r_i = t_i - c - sum_j sigma_j (phi_ij . alpha_j - s_ij),
    0 <= s_ij,  s_ij <= b1_ij . alpha_j,  s_ij <= b2_ij . alpha_j

with b1 = phi - h z and b2 = phi - g z.  Decided rows enter through one Gram matrix computed once.
For each undecided row the slacks are eliminated with the Sherman-Morrison formula, which leaves
systems of size 1 + d G.  Floating point throughout: the results are proposals.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["InteriorPoint"]

Array = np.ndarray[Any, np.dtype[np.float64]]

_FEASIBLE = 1e-7
_CONVERGED = 1e-10
_ITERATIONS = 40
#: Dual slack, relative to the length of the residual, that rounding may use up.
_MARGIN = 1e-6
#: Residuals at undecided points below this size, relative to all, are taken as zero.
_NEGLIGIBLE = 1e-5


class InteriorPoint:
    """A batch of B programs; `run` fills the ``best_*`` arrays.

    Parameters
    ----------
    z, phi : (B, d, G, n) forms and activations on the rays, zero where padded
    signs : (B, d) output signs
    pad : (B, d, G) bool, True where there is no ray
    weights, targets : (n,)
    output_bias : bool
    slope_on, slope_off : slopes h and g
    """

    def __init__(
        self, z: Array, phi: Array, signs: Array, pad: Any, weights: Array, targets: Array,
        output_bias: bool, slope_on: int, slope_off: int,
    ) -> None:
        batch, width, most, size = z.shape
        self.signs, self.pad, self.output_bias = signs, pad, output_bias
        self.weights, self.slopes = weights, (float(slope_on), float(slope_off))
        self.undecided = (z > 0).any(2) & (z < 0).any(2)
        any_undecided = self.undecided.any(1)
        rows = max(int(any_undecided.sum(1).max()), 1)
        self.order = np.argsort(~any_undecided, axis=1, kind="stable")[:, :rows]
        self.row_used = np.take_along_axis(any_undecided, self.order, 1)
        self._z, self._phi = z, phi

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
            "steep": np.maximum(phi_u - slope_on * z_u, 0) * mask[:, :, None, :],
            "flat": np.maximum(phi_u - slope_off * z_u, 0) * mask[:, :, None, :],
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
        gap = chord - np.maximum(self.slopes[0] * z, self.slopes[1] * z)
        balance = np.minimum((self._z > 0).sum(2), (self._z < 0).sum(2))
        score = np.where(gap > 1e-9, gap * np.sqrt(self.weights), 1e-12 * balance)
        score = np.where(self.undecided, score, -1.0).reshape(len(alpha), -1)
        best = score.argmax(1)
        rows = self.weights.shape[0]
        return [
            (int(at) // rows, int(at) % rows) if value > 0 else None
            for at, value in zip(best, score[np.arange(len(best)), best], strict=True)
        ]

    def run(self, target: float) -> None:
        """Iterate until each bound exceeds `target`, falls short for good, or converges."""
        data = self.data
        state = _start(data)
        for _ in range(_ITERATIONS):
            view = _View(data, state, self.output_bias)
            self._record(data, state, view)
            done = (
                (self.best_bound[data["where"]] >= target)
                | (view.complementarity <= _CONVERGED * np.maximum(view.square, 1e-12))
                | (view.primal < target * (1 - 1e-7))
                | ~np.isfinite(view.complementarity)
            )
            if done.all():
                break
            if done.mean() > 0.2:
                keep = ~done
                data = {name: value[keep] for name, value in data.items()}
                state = {name: value[keep] for name, value in state.items()}
                view = _View(data, state, self.output_bias)
                done = np.zeros(len(data["where"]), dtype=bool)
            _advance(data, state, view, done, self.output_bias)
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

    def _record(self, data: dict[str, Any], state: dict[str, Array], view: _View) -> None:
        where = data["where"]
        self.last_alpha[where] = state["alpha"]
        better = (view.violation < _FEASIBLE) & (view.bound > self.best_bound[where])
        at = where[better]
        self.best_bound[at] = view.bound[better]
        self.best_offset[at] = state["offset"][better]
        self.best_alpha[at] = state["alpha"][better]
        self.best_square[at] = view.square[better]
        self.best_slack[at] = -view.dual[better]
        self.best_residual[at] = view.residual[better]
        self.best_mixture[at] = view.mixture[better]


def _start(data: dict[str, Any]) -> dict[str, Array]:
    mask, pad = data["mask"], data["pad"]
    alpha = np.where(pad, 1.0, 0.3)
    steep = np.einsum("bjg,bjgu->bju", alpha, data["steep"])
    flat = np.einsum("bjg,bjgu->bju", alpha, data["flat"])
    slack = np.where(mask, 0.4 * np.minimum(steep, flat) + 1e-3, 1.0)
    dual = np.where(mask, 0.1, 0.0)
    return {
        "offset": np.zeros(len(pad)),
        "alpha": alpha,
        "alpha_dual": np.full(pad.shape, 0.3),
        "slack": slack,
        "slack_dual": dual,
        "steep_room": np.where(mask, np.maximum(steep - slack, 1e-3), 1.0),
        "steep_dual": dual.copy(),
        "flat_room": np.where(mask, np.maximum(flat - slack, 1e-3), 1.0),
        "flat_dual": dual.copy(),
    }


class _View:
    """Residuals, dual violation, bound and relaxed value at the current iterate."""

    def __init__(self, data: dict[str, Any], state: dict[str, Array], output_bias: bool) -> None:
        alpha, mask, sign = state["alpha"], data["mask"], data["signs"][:, :, None]
        weight, design = data["weight"], data["design"]
        batch, width, most = alpha.shape
        x = np.concatenate([state["offset"][:, None], alpha.reshape(batch, -1)], axis=1)
        plain = data["target"] - (x[:, None, :] @ design)[:, 0]
        self.residual = (plain + (sign * state["slack"] * mask).sum(1)) * (weight > 0)
        weighted = weight * self.residual
        gram_x = (data["gram"] @ x[:, :, None])[:, :, 0]
        self.gradient = data["moment"] - gram_x + (design @ weighted[:, :, None])[:, :, 0]
        if not output_bias:
            self.gradient[:, 0] = 0.0
        moment_x = (data["moment"] * x).sum(1)
        square = data["square"] - 2 * moment_x + (x * gram_x).sum(1)
        self.square = square + (weighted * self.residual).sum(1)
        # The best dual vector for these residuals: all of |w r| on the two lower bounds where the
        # residual pushes the activation down, none elsewhere.
        down = np.maximum(-sign * weighted[:, None, :], 0) * mask
        both = state["steep_dual"] + state["flat_dual"]
        self.mixture = np.where(both > 0, state["steep_dual"] / np.maximum(both, 1e-300), 0.5)
        push = (data["steep"] @ (down * self.mixture)[..., None])[..., 0]
        push += (data["flat"] @ (down * (1 - self.mixture))[..., None])[..., 0]
        dual = self.gradient[:, 1:].reshape(batch, width, most) + push
        self.dual = np.where(data["pad"], -1.0, dual)
        product = data["square"] - moment_x + (weighted * data["target"]).sum(1)
        positive = np.maximum(self.square, 1e-300)
        self.bound = np.where(product > 0, product * product / positive, 0.0)
        self.violation = np.maximum(self.dual.max((1, 2)), np.abs(self.gradient[:, 0]))
        self.violation /= np.sqrt(positive)
        # Relaxed value with the best slacks for these coefficients: residuals move to zero.
        self.steep = (alpha[:, :, None, :] @ data["steep"])[:, :, 0]
        self.flat = (alpha[:, :, None, :] @ data["flat"])[:, :, 0]
        room = np.minimum(self.steep, self.flat) * mask
        up = (room * (sign > 0)).sum(1)
        lower = (room * (sign < 0)).sum(1)
        clipped = np.where(
            plain > 0, np.maximum(plain - lower, 0), np.minimum(plain + up, 0)
        )
        self.primal = square + (weight * clipped * clipped).sum(1)
        products = (alpha * state["alpha_dual"] * ~data["pad"]).sum((1, 2))
        for room_name, dual_name in _PAIRS:
            products += (state[room_name] * state[dual_name] * mask).sum((1, 2))
        self.complementarity = products
        self.pairs = 3 * mask.sum((1, 2)) + (~data["pad"]).sum((1, 2))


_PAIRS = (("slack", "slack_dual"), ("steep_room", "steep_dual"), ("flat_room", "flat_dual"))


def _advance(
    data: dict[str, Any], state: dict[str, Array], view: _View, done: Any, output_bias: bool
) -> None:
    step = _Newton(data, state, view, done, output_bias)
    mean = view.complementarity / np.maximum(view.pairs, 1)
    affine = step.solve(np.zeros_like(mean), None)
    length = np.minimum(step.longest(affine), 1.0)
    ahead = np.zeros_like(mean)
    pad = data["pad"]
    for value, dual, mask in step.pairs():
        moved = (state[value] + length[:, None, None] * affine[value]) * (
            state[dual] + length[:, None, None] * affine[dual]
        )
        ahead += (moved * mask).sum((1, 2))
    ratio = ahead / np.maximum(view.complementarity, 1e-300)
    final = step.solve(np.clip(ratio**3, 1e-4, 0.9) * mean, affine)
    length = np.minimum(0.995 * step.longest(final), 1.0)
    length = np.where(done | ~np.isfinite(length), 0.0, length)
    for name, change in final.items():
        scale = length.reshape((-1,) + (1,) * (change.ndim - 1))
        state[name] = state[name] + scale * np.where(np.isfinite(change), change, 0.0)
    state["alpha"] = np.where(pad, 1.0, state["alpha"])


class _Newton:
    """The condensed Newton matrix of one iteration and its solves."""

    def __init__(
        self, data: dict[str, Any], state: dict[str, Array], view: _View, done: Any,
        output_bias: bool,
    ) -> None:
        self.data, self.state, self.view = data, state, view
        mask, sign, weight = data["mask"], data["signs"][:, :, None], data["weight"]
        batch, width, most = state["alpha"].shape
        self.rate = {
            dual: state[dual] / state[value] * mask for value, dual in _PAIRS
        }
        total = sum(self.rate.values())
        self.inverse = np.where(mask, 1 / np.where(mask, total, 1.0), 0.0)
        self.shrink = 1 + weight * self.inverse.sum(1)
        steep, flat, design = data["steep"], data["flat"], data["design"]
        steep_rate = self.rate["steep_dual"][:, :, None, :]
        flat_rate = self.rate["flat_dual"][:, :, None, :]
        self.pull = steep_rate * steep + flat_rate * flat
        blocks = (steep * steep_rate) @ steep.transpose(0, 1, 3, 2)
        blocks += (flat * flat_rate) @ flat.transpose(0, 1, 3, 2)
        blocks -= (self.pull * self.inverse[:, :, None, :]) @ self.pull.transpose(0, 1, 3, 2)
        # Eliminating the slacks of a row: the matrix diag(total) + w sigma sigma^T has inverse
        # diag(inv) - w inv sigma sigma^T inv / shrink, and w sigma e + pull enters through it.
        spread = self.inverse.sum(1)
        lifted = np.zeros((batch, 1 + width * most, weight.shape[1]))
        lifted[:, 1:] = ((sign * self.inverse)[:, :, None, :] * self.pull).reshape(
            batch, width * most, -1
        )
        keep = weight - weight**2 * spread + weight**3 * spread**2 / self.shrink
        cross = -(weight - weight**2 * spread / self.shrink)
        matrix = data["gram"] + (design * keep[:, None, :]) @ design.transpose(0, 2, 1)
        mixed = (design * cross[:, None, :]) @ lifted.transpose(0, 2, 1)
        matrix += mixed + mixed.transpose(0, 2, 1)
        matrix += (lifted * (weight / self.shrink)[:, None, :]) @ lifted.transpose(0, 2, 1)
        for j in range(width):
            part = slice(1 + j * most, 1 + (j + 1) * most)
            matrix[:, part, part] += blocks[:, j]
        diagonal = np.arange(matrix.shape[1])
        barrier = state["alpha_dual"] / np.maximum(state["alpha"], 1e-300)
        matrix[:, diagonal[1:], diagonal[1:]] += barrier.reshape(batch, -1)
        self.fixed = np.concatenate(
            [np.full((batch, 1), not output_bias), data["pad"].reshape(batch, -1)], axis=1
        )
        matrix = np.where(self.fixed[:, :, None] | self.fixed[:, None, :], 0.0, matrix)
        ridge = 1e-11 * np.abs(matrix[:, diagonal, diagonal]).max(1)[:, None] + 1e-12
        matrix[:, diagonal, diagonal] += np.where(self.fixed, 1.0, ridge)
        matrix[done | ~np.isfinite(matrix).all((1, 2))] = np.eye(matrix.shape[1])
        self.matrix = matrix

    def pairs(self) -> list[tuple[str, str, Any]]:
        """Names of values and their duals with the mask of those in use."""
        mask = self.data["mask"]
        return [("alpha", "alpha_dual", ~self.data["pad"])] + [(*pair, mask) for pair in _PAIRS]

    def longest(self, change: dict[str, Array]) -> Array:
        """Longest step that keeps every value and dual non-negative."""
        length = np.full(len(self.matrix), np.inf)
        for value, dual, mask in self.pairs():
            for name in (value, dual):
                falling = mask & (change[name] < 0)
                ratio = np.where(
                    falling, -self.state[name] / np.where(falling, change[name], -1.0), np.inf
                )
                length = np.minimum(length, ratio.min((1, 2)))
        return length

    def _reduce(self, vector: Array) -> Array:
        """Apply the inverse of diag(total) + w sigma sigma^T row by row."""
        sign, weight = self.data["signs"][:, :, None], self.data["weight"]
        scaled = self.inverse * vector
        shared = weight * (sign * scaled).sum(1) / self.shrink
        return scaled - self.inverse * sign * shared[:, None, :]

    def solve(self, centre: Array, affine: dict[str, Array] | None) -> dict[str, Array]:
        """The Newton direction to complementarity `centre`, with second-order correction."""
        data, state, view = self.data, self.state, self.view
        mask, pad, sign, weight = data["mask"], data["pad"], data["signs"][:, :, None], data["weight"]
        batch, width, most = state["alpha"].shape
        goal = {}
        for value, dual, _ in self.pairs():
            goal[value] = state[value] * state[dual] - centre[:, None, None]
            if affine is not None:
                goal[value] = goal[value] + affine[value] * affine[dual]
        short = {
            "steep_room": (view.steep - state["slack"] - state["steep_room"]) * mask,
            "flat_room": (view.flat - state["slack"] - state["flat_room"]) * mask,
        }
        rates = self.rate
        first = {
            value: (
                -goal[value] / state[value] - rates[dual] * short.get(value, 0.0)
            ) * mask
            for value, dual in _PAIRS
        }
        alpha = np.maximum(state["alpha"], 1e-300)
        rhs = view.gradient.copy()
        inner = rhs[:, 1:].reshape(batch, width, most)
        inner += state["alpha_dual"] - goal["alpha"] / alpha
        pushed = state["steep_dual"] + first["steep_room"]
        inner += (data["steep"] @ pushed[..., None])[..., 0]
        pushed = state["flat_dual"] + first["flat_room"]
        inner += (data["flat"] @ pushed[..., None])[..., 0]
        weighted = weight * view.residual
        balance = sign * weighted[:, None, :] - state["slack_dual"] + state["steep_dual"]
        balance = (balance + state["flat_dual"]) * mask
        rest = (-balance - first["steep_room"] - first["flat_room"] + first["slack"]) * mask
        moved = self._reduce(rest)
        rhs += (data["design"] @ (weight * (sign * moved).sum(1))[..., None])[..., 0]
        inner = rhs[:, 1:].reshape(batch, width, most)
        inner += (self.pull @ moved[..., None])[..., 0]
        rhs = np.where(self.fixed, 0.0, rhs)
        change = np.linalg.solve(self.matrix, rhs[:, :, None])[:, :, 0]
        d_alpha = change[:, 1:].reshape(batch, width, most)
        fitted = (change[:, None, :] @ data["design"])[:, 0]
        along = (d_alpha[:, :, None, :] @ self.pull)[:, :, 0]
        d_slack = self._reduce((weight * fitted)[:, None, :] * sign + along + rest) * mask
        result = {"offset": change[:, 0], "alpha": np.where(pad, 0.0, d_alpha), "slack": d_slack}
        for name, value in (("steep", "steep_room"), ("flat", "flat_room")):
            d_room = (d_alpha[:, :, None, :] @ data[name])[:, :, 0] - d_slack + short[value]
            result[value] = d_room * mask
        for value, dual in _PAIRS:
            result[dual] = (-goal[value] - state[dual] * result[value]) / state[value] * mask
        result["alpha_dual"] = np.where(
            pad, 0.0, (-goal["alpha"] - state["alpha_dual"] * d_alpha) / alpha
        )
        return result
