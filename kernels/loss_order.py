"""The order of a row's numbers."""

from dlc.kernels.scalar import inlined


@inlined
def in_order(keys, order, spare):
    """The places of KEYS from the greatest on, equal ones as they come, as numbers: ORDER or SPARE.

    Runs that are in order are merged to longer ones until one is left.
    """
    n, run = keys.size, 1
    for i in range(n):
        order[i] = i
    while run < n:
        for start in range(0, n, 2 * run):
            middle, stop = min(start + run, n), min(start + 2 * run, n)
            a, b = start, middle
            for k in range(start, stop):
                first = b == stop or (a < middle and not keys[int(order[a])] < keys[int(order[b])])
                spare[k] = order[a if first else b]
                a, b = (a + 1, b) if first else (a, b + 1)
        order, spare, run = spare, order, 2 * run
    return order
