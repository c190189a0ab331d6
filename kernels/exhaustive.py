"""The worst error of a float32 kernel over all 2³² inputs, judged by its float64 body, which knows thirty bits more."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dlc.kernels.lift import FLOAT32, ElementwiseKernel, lifted, settings_for
from dlc.kernels.native import Loop

PATTERNS = 1 << 32
BLOCK = 1 << 12  # inputs whose worst error is one number
CHUNK = 1 << 10  # blocks in one call
BLOCKS = PATTERNS // BLOCK


class ErrorKernel(ElementwiseKernel):
    """Worst errors, in float32 ulp, of an elementwise kernel over blocks of consecutive float32 bit patterns."""

    prefix = "errors."

    def blocks(self, first: int, params: tuple[float, ...], stride: int = 1) -> np.ndarray:
        """The worst error in each of CHUNK blocks from block FIRST on; beyond the last block, of blocks from 0 on."""
        loop = self._loops.get(FLOAT32) or self.compile(FLOAT32)
        worst, settings = np.empty(CHUNK, np.float32), np.array(params)
        loop(None, None, worst, None, settings, first, CHUNK, 1, stride)
        return worst

    def all_blocks(self, params: tuple[float, ...], pool: ThreadPoolExecutor, stride: int = 1) -> Iterator[np.ndarray]:
        """The worst error in every STRIDEth block of all inputs, in pieces, in order."""
        pieces = range(0, BLOCKS, CHUNK * stride)
        yield from pool.map(lambda first: self.blocks(first, params, stride), pieces)

    def _part(self, kind: str) -> None:
        """The loop has no hole: two functions are compared in it."""

    def _loop(self, kind: str) -> Loop:
        from numba import carray

        from dlc.kernels.judge import as_float32, as_int32, error_in_ulp

        single, double = (lifted(self._named(self.name, each), each) for each in ("float32", "float64"))
        settings_of, plain = settings_for(self._params, "float32")
        _, paired = settings_for(self._params, "float64")

        def worst_of_blocks(x, v, out, scratch, params, first, blocks, width, stride):
            worst, settings = carray(out, blocks), settings_of(params)
            for b in range(blocks):
                # From 0 on the bits of numbers are in the order of the numbers, and integers have a maximum that
                # vectorises.
                top = np.int32(0)
                for i in range(BLOCK):
                    point = as_float32(np.int32((first + b * stride) * BLOCK + i))
                    value, true = single(point, plain(settings)), double(np.float64(point), paired(settings))
                    error = as_int32(error_in_ulp(value, true))
                    top = error if error > top else top
                worst[b] = as_float32(top)

        return worst_of_blocks
