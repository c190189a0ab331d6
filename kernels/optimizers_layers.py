"""Steps scaled by the norm of each tensor, in lanes form."""

import numpy as np

from dlc.kernels.lane_sums import dots, ratios_of_lengths
from dlc.kernels.optimizers_classic import debias, moments
from dlc.kernels.parts import whole


@whole(0.0)
def lars(run, t, beta=0.9, trust=1e-3, eps=0.0, nesterov=0.0):
    x, g, velocity, lr = run.x, run.g, run.state[0], run.lr
    for first, rows, columns in run.blocks:
        end = first + rows * columns
        ratios = ratios_of_lengths(x, g, first, end, trust, eps)
        for i in range(first, end):
            for j in range(x.shape[1]):
                move = lr[j] * ratios[j] * g[i, j]
                velocity[i, j] = beta * velocity[i, j] + move
                x[i, j] -= move + beta * velocity[i, j] if nesterov != 0 else velocity[i, j]


@whole(0.0, 0.0)
def lamb(run, t, beta1=0.9, beta2=0.999, eps=1e-6, eps_root=0.0, weight_decay=0.0):
    x, u, mean, square, lr = run.x, run.g, run.state[0], run.state[1], run.lr
    mean_scale, square_scale = 1 / debias(beta1, t), 1 / debias(beta2, t)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            mean[i, j], square[i, j] = moments(mean[i, j], square[i, j], u[i, j], beta1, 1 - beta1, beta2, 1 - beta2)
            root = np.sqrt(square_scale * square[i, j] + eps_root)
            u[i, j] = mean_scale * mean[i, j] / (root + eps) + weight_decay * x[i, j]
    for first, rows, columns in run.blocks:
        end = first + rows * columns
        ratios = ratios_of_lengths(x, u, first, end, 1.0, 0.0)
        for i in range(first, end):
            for j in range(x.shape[1]):
                x[i, j] -= lr[j] * ratios[j] * u[i, j]


@whole(0.0, 0.0)
def novograd(run, t, beta1=0.9, beta2=0.25, eps=1e-6, eps_root=0.0, weight_decay=0.0):
    x, g, mean, square, lr = run.x, run.g, run.state[0], run.state[1], run.lr
    kept = beta2 if t > 1 else 0.0
    for first, rows, columns in run.blocks:
        end = first + rows * columns
        scales = dots(g, g, first, end)
        for j in range(x.shape[1]):
            square[first, j] = kept * square[first, j] + (1 - kept) * scales[j]
            scales[j] = 1 / (np.sqrt(square[first, j] + eps_root) + eps)
        for i in range(first, end):
            for j in range(x.shape[1]):
                mean[i, j] = beta1 * mean[i, j] + scales[j] * g[i, j] + weight_decay * x[i, j]
                x[i, j] -= lr[j] * mean[i, j]


@whole()
def fromage(run, t, least=1e-6):
    x, g, lr = run.x, run.g, run.lr
    for first, rows, columns in run.blocks:
        end = first + rows * columns
        ratios, ways = dots(x, x, first, end), dots(g, g, first, end)
        for j in range(x.shape[1]):
            size, way = max(np.sqrt(ratios[j]), least), max(np.sqrt(ways[j]), least)
            ratios[j] = lr[j] * size / way if size > 0 and way > 0 else lr[j]
        for i in range(first, end):
            for j in range(x.shape[1]):
                x[i, j] = (x[i, j] - ratios[j] * g[i, j]) / np.sqrt(1 + lr[j] * lr[j])


@whole(0.0, 0.0, 0.0)
def sm3(run, t, beta=0.9, eps=1e-8):
    x, u, mean, row, column, lr = run.x, run.g, run.state[0], run.state[1], run.state[2], run.lr
    for first, rows, columns in run.blocks:
        for i in range(rows):
            for k in range(columns):
                at = first + i * columns + k
                for j in range(x.shape[1]):
                    g = u[at, j]
                    u[at, j] = g * g + min(row[first + i, j], column[first + k, j])
                    scaled = g / np.sqrt(u[at, j] + eps) if u[at, j] > 0 else 0.0
                    mean[at, j] = beta * mean[at, j] + (1 - beta) * scaled
                    x[at, j] -= lr[j] * mean[at, j]
        # Squares are sums, which never shrink: the largest of this step is the largest of all.
        for i in range(rows):
            for k in range(columns):
                for j in range(x.shape[1]):
                    at = first + i * columns + k
                    row[first + i, j] = max(row[first + i, j], u[at, j])
                    column[first + k, j] = max(column[first + k, j], u[at, j])


@whole(0.0, 0.0, 0.0)
def adafactor_momentum(
    run, t, power=0.8, offset=0.0, eps=1e-30, least=128.0, threshold=1.0, relative=1.0, beta=0.0, weight_decay=0.0
):
    x, g, mean, row, column = run.x, run.g, run.state[0], run.state[1], run.state[2]
    new = (t - offset) ** -power
    for first, rows, columns in run.blocks:
        end, count, lanes = first + rows * columns, rows * columns, x.shape[1]
        is_factored = rows > 1 and min(rows, columns) >= least
        for i in range(first, first + max(rows, columns) if is_factored else end):
            for j in range(lanes):
                row[i, j] *= 1 - new
                column[i, j] *= 1 - new
        for k in range(count):
            for j in range(lanes):
                square = new * (g[first + k, j] * g[first + k, j] + eps)
                if is_factored:
                    row[first + k // columns, j] += square / columns
                    column[first + k % columns, j] += square / rows
                else:
                    column[first + k, j] += square
        mean_row = np.zeros(lanes)
        for i in range(first, first + rows if is_factored else first):
            for j in range(lanes):
                mean_row[j] += row[i, j] / rows
        for k in range(count):
            for j in range(lanes):
                if is_factored:
                    square = row[first + k // columns, j] / mean_row[j] * column[first + k % columns, j]
                else:
                    square = column[first + k, j]
                g[first + k, j] /= np.sqrt(square)
        scales, sizes = dots(g, g, first, end), dots(x, x, first, end)
        for j in range(lanes):
            length = np.sqrt(scales[j] / count)
            scales[j] = run.lr[j] / max(1.0, length / threshold) if threshold > 0 else run.lr[j]
            if relative != 0:
                scales[j] *= max(np.sqrt(sizes[j] / count), 1e-3)
        for i in range(first, end):
            for j in range(lanes):
                mean[i, j] = beta * mean[i, j] + (1 - beta) * scales[j] * g[i, j]
                x[i, j] -= mean[i, j] + weight_decay * x[i, j]
