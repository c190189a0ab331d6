"""Steps that see a tensor as a matrix, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.optimizers_classic import debias
from dlc.kernels.optimizers_means import adam_nesterov, adam_nesterov_scalars, mean_scales
from dlc.kernels.parts import whole


@register_jitable
def rms(values, first, count, j):
    """The root of the mean square of COUNT numbers of lane J."""
    total = 0.0
    for k in range(first, first + count):
        total += values[k, j] * values[k, j]
    return np.sqrt(total / count)


@whole(0.0, 0.0)
def adafactor(run, t, power=0.8, eps1=1e-30, eps2=1e-3, threshold=1.0, floor=0.0, weight_decay=0.0):
    x, g, row, column = run.x, run.g, run.state[0], run.state[1]
    new = t**-power
    for b in range(run.blocks.shape[0]):
        first, rows, columns = run.blocks[b]
        for j in range(x.shape[1]):
            for k in range(max(rows, columns)):
                row[first + k, j] *= 1 - new
                column[first + k, j] *= 1 - new
            mean_row = 0.0
            for i in range(rows):
                for k in range(columns):
                    at = first + i * columns + k
                    square = new * (g[at, j] * g[at, j] + eps1)
                    row[first + i, j] += square / columns
                    column[first + k, j] += square / rows
                mean_row += row[first + i, j] / rows
            size = max(eps2, rms(x, first, rows * columns, j))
            for i in range(rows):
                share = row[first + i, j] / max(mean_row, floor) if rows > 1 else 1.0
                for k in range(columns):
                    g[first + i * columns + k, j] /= np.sqrt(max(share * column[first + k, j], floor * floor))
            move = size * min(run.lr[j], 1 / np.sqrt(t)) / max(1.0, rms(g, first, rows * columns, j) / threshold)
            for k in range(first, first + rows * columns):
                x[k, j] -= run.lr[j] * weight_decay * x[k, j] + move * g[k, j]


@register_jitable
def multiply(a, b, is_transposed, out):
    """OUT = A·B, or A·Bᵀ, in every lane."""
    for i in range(a.shape[0]):
        for k in range(out.shape[1]):
            for j in range(a.shape[2]):
                out[i, k, j] = 0.0
            for n in range(a.shape[1]):
                for j in range(a.shape[2]):
                    out[i, k, j] += a[i, n, j] * (b[k, n, j] if is_transposed else b[n, k, j])


@register_jitable
def orthogonalise(turned, a, b, c, iterations, eps, floor):
    """Bring the singular values of the matrices [rows, columns, lanes], no taller than wide, near 1."""
    rows, columns, lanes = turned.shape
    for j in range(lanes):
        total = 0.0
        for i in range(rows):
            for k in range(columns):
                total += turned[i, k, j] * turned[i, k, j]
        length = max(np.sqrt(total), floor) + eps
        for i in range(rows):
            for k in range(columns):
                turned[i, k, j] /= length
    gram, square = np.empty((rows, rows, lanes)), np.empty((rows, rows, lanes))
    moved = np.empty((rows, columns, lanes))
    for _ in range(iterations):
        multiply(turned, turned, True, gram)
        multiply(gram, gram, True, square)  # it is its own transpose
        for i in range(rows):
            for k in range(rows):
                for j in range(lanes):
                    gram[i, k, j] = b * gram[i, k, j] + c * square[i, k, j]
        multiply(gram, turned, False, moved)
        for i in range(rows):
            for k in range(columns):
                for j in range(lanes):
                    turned[i, k, j] = a * turned[i, k, j] + moved[i, k, j]


@whole(0.0, 0.0)
def muon(
    run, t, momentum=0.95, nesterov=1.0, a=3.4445, b=-4.7750, c=2.0315, iterations=5.0, eps=0.0, floor=1e-7, tall=1.0,
    rms_rate=0.0, weight_decay=0.1, vector_rate=1.0, beta1=0.9, beta2=0.999, vector_eps=1e-7, vector_decay=0.004,
):  # fmt: skip
    x, g, lr, mean, square = run.x, run.g, run.lr, run.state[0], run.state[1]
    share = 1 - nesterov * (1 - momentum)
    vector_scale = vector_rate * np.sqrt(debias(beta2, t)) / debias(beta1, t)
    for block in range(run.blocks.shape[0]):
        first, rows, columns = run.blocks[block]
        if rows == 1:
            for k in range(first, first + columns):
                for j in range(x.shape[1]):
                    mean[k, j] = beta1 * mean[k, j] + (1 - beta1) * g[k, j]
                    square[k, j] = beta2 * square[k, j] + (1 - beta2) * (g[k, j] * g[k, j])
                    move = vector_scale * mean[k, j] / (np.sqrt(square[k, j]) + vector_eps)
                    x[k, j] -= lr[j] * (vector_decay * x[k, j] + move)
            continue
        is_tall = rows > columns
        turned = np.empty((min(rows, columns), max(rows, columns), x.shape[1]))
        for k in range(rows * columns):
            row, column = (k % columns, k // columns) if is_tall else (k // columns, k % columns)
            for j in range(x.shape[1]):
                mean[first + k, j] = momentum * mean[first + k, j] + (1 - momentum) * g[first + k, j]
                turned[row, column, j] = (1 - share) * g[first + k, j] + share * mean[first + k, j]
        orthogonalise(turned, a, b, c, int(iterations), eps, floor)
        scale = np.sqrt(max(1.0, tall * rows / columns))
        if rms_rate > 0:
            scale *= rms_rate * np.sqrt(float(max(rows, columns)))
        for k in range(rows * columns):
            row, column = (k % columns, k // columns) if is_tall else (k // columns, k % columns)
            for j in range(x.shape[1]):
                x[first + k, j] -= lr[j] * (weight_decay * x[first + k, j] + scale * turned[row, column, j])


@whole(0.0, 0.0)
def muon_corrected(
    run, t, momentum=0.95, nesterov=1.0, a=3.4445, b=-4.7750, c=2.0315, iterations=5.0, eps=1e-8, adaptive=0.0,
    rms_rate=0.0, weight_decay=0.0, vector_rate=1.0, beta1=0.9, beta2=0.999, eps_root=0.0, vector_decay=0.0,
):  # fmt: skip
    x, g, lr, mean, square = run.x, run.g, run.lr, run.state[0], run.state[1]
    mean_scale, new_scale = mean_scales(momentum, t, nesterov)
    of_vectors = adam_nesterov_scalars(t, 0, beta1, beta2, eps, eps_root, nesterov)
    for block in range(run.blocks.shape[0]):
        first, rows, columns = run.blocks[block]
        if rows == 1:
            for k in range(first, first + columns):
                for j in range(x.shape[1]):
                    rate = vector_rate * lr[j]
                    decayed = x[k, j] - rate * vector_decay * x[k, j]
                    x[k, j], mean[k, j], square[k, j] = adam_nesterov(
                        decayed, g[k, j], mean[k, j], square[k, j], rate, *of_vectors
                    )
            continue
        is_tall, longest = rows > columns, float(max(rows, columns))
        turned = np.empty((min(rows, columns), max(rows, columns), x.shape[1]))
        for k in range(rows * columns):
            row, column = (k % columns, k // columns) if is_tall else (k // columns, k % columns)
            for j in range(x.shape[1]):
                at = first + k
                mean[at, j] = momentum * mean[at, j] + (1 - momentum) * g[at, j]
                g[at, j] = mean_scale * mean[at, j] + new_scale * g[at, j]
                turned[row, column, j] = g[at, j]
        orthogonalise(turned, a, b, c, int(iterations), eps, 0.0)
        scales = np.empty(x.shape[1])
        scales[:] = rms_rate * np.sqrt(longest) if rms_rate > 0 else np.sqrt(longest / rows)
        if adaptive != 0:
            along = np.zeros(x.shape[1])
            for k in range(rows * columns):
                row, column = (k % columns, k // columns) if is_tall else (k // columns, k % columns)
                for j in range(x.shape[1]):
                    along[j] += g[first + k, j] * turned[row, column, j]
            scales *= along
        for k in range(rows * columns):
            row, column = (k % columns, k // columns) if is_tall else (k // columns, k % columns)
            for j in range(x.shape[1]):
                at = first + k
                x[at, j] -= lr[j] * (weight_decay * x[at, j] + scales[j] * turned[row, column, j])
