"""Random erf features erf(<u_j, x> + b_j) in blocks, at a few operations per feature.

erf(z) = tanh(z p(z^2)) up to 2^-24 for |z| <= 4 with a polynomial p of degree 6, and beyond erf is
constant up to 2^-25; the tests prove both in balls.  So a feature costs a product of matrices, 18
passes over a tile that fits the cache of a processor, and one tanh.  Features are float32: more
digits would be lost beside the sampling error, and twice as many features fit into memory and into
a vector register.  Sums over tiles and over blocks are float64.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from symerm.errors import InputError

__all__ = ["CACHE_BYTES", "ERF_COEFFICIENTS", "ErfLayer", "Features", "erf_in_place", "multiply"]

Array = NDArray[np.float64]
#: Floats of either size: features are float32, checks of gradients use float64.
Floats = NDArray[np.floating]
Tiles = list[NDArray[np.float32]]

#: Coefficients of p, the constant first; weighted minimax fit to artanh(erf z)/z, then rounded to
#: float32.
ERF_COEFFICIENTS = (
    1.1283797025680542, 0.10276548564434052, -0.00018438506231177598, -0.0006257181521505117,
    8.97119170986116e-05, -5.9855537983821705e-06, 1.5895032845492096e-07,
)  # fmt: skip
#: Beyond it erf is one up to less than half a unit of float32.
_LARGEST = 4.0

#: Rows and columns of a tile: three float32 tiles fit into 1 MiB.
_ROWS = 128
_COLUMNS = 512
#: Points whose features are one task of a thread, and features for which threads do not pay.
_GROUP = 8 * _ROWS
_FEW = 2**24
#: Each thread has a buffer of 128 r features.
_MOST_THREADS = 8
#: Multiplications below which OpenBLAS uses one thread.
_ONE_THREAD = 2**18
#: Features kept in memory instead of computed again, in bytes.
CACHE_BYTES = 2**30


def erf_in_place(values: Floats, scratch: Floats | None = None) -> None:
    """Replace numbers by their erf, with an error of at most 2^-24 before rounding.

    Parameters
    ----------
    values : ndarray
    scratch : ndarray of shape (2, *values.shape), optional
        Room to work in: in loops, fresh memory costs more than what is written to it.

    Examples
    --------
    >>> values = np.array([0, 0.5, -10], dtype=np.float32)
    >>> erf_in_place(values)
    >>> [round(float(value), 6) for value in values]
    [0.0, 0.5205, -1.0]
    """
    squares, result = np.empty((2, *values.shape), values.dtype) if scratch is None else scratch
    np.clip(values, -_LARGEST, _LARGEST, out=values)
    np.multiply(values, values, out=squares)
    # Horner's rule; plain numbers keep the type of the array.
    np.multiply(squares, ERF_COEFFICIENTS[-1], out=result)
    for coefficient in ERF_COEFFICIENTS[-2:0:-1]:
        result += coefficient
        result *= squares
    result += ERF_COEFFICIENTS[0]
    values *= result
    np.tanh(values, out=values)


def multiply(left: Floats, right: Floats, out: Floats) -> None:
    """A product of matrices in pieces so small that BLAS starts no threads for them.

    Threads that wait for each other cost more than they bring here, on a busy machine hundreds of
    times more, and they would make the rounding depend on their number.

    Parameters
    ----------
    left, right, out : ndarrays of shapes (m, k), (k, n) and (m, n)

    Examples
    --------
    >>> out = np.empty((1, 2))
    >>> multiply(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0], [1.0, 3.0]]), out)
    >>> out
    array([[3., 6.]])
    """
    columns = max(1, _ONE_THREAD // left.size)
    for k in range(0, right.shape[1], columns):
        np.matmul(left, right[:, k : k + columns], out=out[:, k : k + columns])


class ErfLayer:
    """A fixed hidden layer of erf neurons in float32, evaluated block by block.

    Parameters
    ----------
    weights : ndarray of shape (r, d)
    biases : ndarray of shape (r,)

    Raises
    ------
    InputError
        If the shapes do not fit or there is no neuron.

    Examples
    --------
    >>> layer = ErfLayer(np.array([[1.0, 0.0]]), np.array([0.5]))
    >>> layer.outputs(np.array([[0.0, 7.0]]), np.array([2.0])).round(4)
    array([1.041])
    """

    def __init__(self, weights: Array, biases: Array) -> None:
        if weights.ndim != 2 or biases.shape != (len(weights),) or not len(weights):
            raise InputError(
                f"{weights.shape} weights and {biases.shape} biases are no layer: "
                "use shapes (r, d) and (r,) with r >= 1"
            )
        self.width, self.dimension = weights.shape
        # The bias is the weight of an input that is one: it rides along in the product.
        stacked = np.concatenate([weights.T, biases[None]]).astype(np.float32)
        self._tiles: Tiles = [
            np.ascontiguousarray(stacked[:, k : k + _COLUMNS])
            for k in range(0, self.width, _COLUMNS)
        ]

    def blocks(self, points: Array) -> Iterator[Tiles]:
        """The features of 128 points after another, as tiles of columns.

        Parameters
        ----------
        points : ndarray of shape (n, d)

        Yields
        ------
        list of float32 ndarrays of shape (rows, columns)
            Overwritten by the next block.
        """
        if points.ndim != 2 or points.shape[1] != self.dimension:
            raise InputError(
                f"points of shape {points.shape} do not fit {self.dimension} inputs; use (n, d)"
            )
        rows = min(_ROWS, len(points))
        buffer = [np.empty((rows, tile.shape[1]), dtype=np.float32) for tile in self._tiles]
        scratch = np.empty(2 * rows * _COLUMNS, dtype=np.float32)
        for start in range(0, len(points), _ROWS):
            part = points[start : start + _ROWS]
            inputs = np.ones((len(part), self.dimension + 1), dtype=np.float32)
            inputs[:, :-1] = part
            block = [features[: len(part)] for features in buffer]
            for tile, features in zip(self._tiles, block, strict=True):
                multiply(inputs, tile, features)
                erf_in_place(features, scratch[: 2 * features.size].reshape(2, *features.shape))
            yield block

    def outputs(self, points: Array, weights: Array) -> Array:
        """sum_j w_j erf(<u_j, x> + b_j) at points of shape (n, d)."""
        return Features(self, points, memory=0).outputs(weights)


class Features:
    """The features of fixed points, those of the first points kept in memory.

    Parameters
    ----------
    layer : ErfLayer
    points : ndarray of shape (n, d)
    memory : int
        Bytes for features that are kept; the others are computed again in every pass.
    """

    def __init__(self, layer: ErfLayer, points: Array, *, memory: int = CACHE_BYTES) -> None:
        block_bytes = 4 * _ROWS * layer.width
        kept = _ROWS * (memory // block_bytes)
        self._layer = layer
        self._kept = [
            [tile.copy() for tile in block] for block in layer.blocks(points[:kept])
        ]
        self._others = points[kept:]
        self._count = len(points)

    def outputs(self, weights: Array) -> Array:
        """Phi w.

        Parameters
        ----------
        weights : ndarray of shape (r,)

        Returns
        -------
        ndarray of shape (n,)
        """
        return self._pass(weights, None)[0]

    def outputs_and_products(
        self, weights: Array, factors: Callable[[slice, Array], Array]
    ) -> tuple[Array, Array]:
        """z = Phi w and Phi^T g with g a function of z, in one pass over the features.

        Parameters
        ----------
        weights : ndarray of shape (r,)
        factors : function
            Takes a slice of the points and their z, returns their g.

        Returns
        -------
        pair of ndarrays of shapes (n,) and (r,)

        Examples
        --------
        >>> features = Features(ErfLayer(np.ones((1, 1)), np.zeros(1)), np.array([[0.5], [0.0]]))
        >>> z, products = features.outputs_and_products(np.array([2.0]), lambda rows, z: z)
        >>> z.round(4), products.round(4)
        (array([1.041, 0.   ]), array([0.5418]))
        """
        return self._pass(weights, factors)

    def _pass(
        self, weights: Array, factors: Callable[[slice, Array], Array] | None
    ) -> tuple[Array, Array]:
        outputs, products = np.empty(self._count), np.zeros(self._layer.width)
        rounded = weights.astype(np.float32)

        def part_of_products(start: int) -> Array:
            """The outputs of a group of points are written, its share of Phi^T g is returned."""
            total = np.zeros(self._layer.width)
            for block in self._blocks(start):
                rows = slice(start, start + len(block[0]))
                start = rows.stop
                outputs[rows] = sum(
                    (features @ part).astype(np.float64)
                    for features, part in zip(block, _parts(rounded), strict=True)
                )
                if factors is None:
                    continue
                found = factors(rows, outputs[rows]).astype(np.float32)
                if not found.any():
                    continue
                for features, part in zip(block, _parts(total), strict=True):
                    part += found @ features
            return total

        # In the order of the points, whoever is ready first: the rounding is always the same.
        for total in _in_threads(
            part_of_products, range(0, self._count, _GROUP),
            alone=self._count * self._layer.width < _FEW,
        ):  # fmt: skip
            products += total
        return outputs, products

    def _blocks(self, start: int) -> Iterator[Tiles]:
        """The blocks of the group of points that begins with a given one."""
        kept = _ROWS * len(self._kept)
        yield from self._kept[start // _ROWS : (start + _GROUP) // _ROWS]
        yield from self._layer.blocks(
            self._others[max(start - kept, 0) : max(start + _GROUP - kept, 0)]
        )


def _in_threads(
    work: Callable[[int], Array], tasks: Sequence[int], *, alone: bool
) -> Iterator[Array]:
    """The results in the order of the tasks."""
    if alone:
        yield from map(work, tasks)
        return
    pool = ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS))
    try:
        yield from pool.map(work, tasks)
    finally:
        # After a Ctrl-C nobody waits for what has not begun.
        pool.shutdown(cancel_futures=True)


def _parts(vector: NDArray[np.floating]) -> list[NDArray[np.floating]]:
    """A vector over the neurons cut as the tiles are."""
    return [vector[k : k + _COLUMNS] for k in range(0, len(vector), _COLUMNS)]
