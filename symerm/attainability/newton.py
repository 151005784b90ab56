"""One step of the interior-point method for a batch of programs (`interior_point`).

`Iterate` evaluates residuals, dual conditions and bounds; the Newton system is condensed to the
offset and the coefficients of the rays by eliminating the slacks row by row with the
Sherman-Morrison formula; `advance` takes Mehrotra's predictor and corrector (Mehrotra 1992).
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Iterate", "advance", "start"]

Array = np.ndarray[Any, np.dtype[np.float64]]

_PAIRS = (("slack", "slack_dual"), ("steep_room", "steep_dual"), ("flat_room", "flat_dual"))


def start(data: dict[str, Any]) -> dict[str, Array]:
    """A strictly positive starting point."""
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


class Iterate:
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


def advance(
    data: dict[str, Any], state: dict[str, Array], view: Iterate, done: Any, output_bias: bool
) -> None:
    """Take one predictor-corrector step in place; programs that are done stay as they are."""
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
        self, data: dict[str, Any], state: dict[str, Array], view: Iterate, done: Any,
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
        reduced: Array = scaled - self.inverse * sign * shared[:, None, :]
        return reduced

    def solve(self, centre: Array, affine: dict[str, Array] | None) -> dict[str, Array]:
        """The Newton direction to complementarity `centre`, with second-order correction."""
        data, state, view = self.data, self.state, self.view
        mask, pad, weight = data["mask"], data["pad"], data["weight"]
        sign = data["signs"][:, :, None]
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
