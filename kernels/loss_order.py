"""The order of a row's numbers."""

from dlc.kernels.scalar import inlined


@inlined
def in_order(notes):
    """Sort note 0 from the greatest number on, equal ones as they come: that note, of their places, and two to spare.

    Runs that are in order are merged to longer ones until one is left.
    """
    keys, places, spare_keys, spare_places = notes[0], notes[1], notes[2], notes[3]
    n, run = keys.size, 1
    for i in range(n):
        places[i] = i
    while run < n:
        for start in range(0, n, 2 * run):
            middle, stop = min(start + run, n), min(start + 2 * run, n)
            a, b, k = start, middle, start
            while a < middle and b < stop:
                x, y = keys[a], keys[b]
                is_second = 1 if x < y else 0  # no branch: nobody can foresee it
                spare_keys[k] = y if is_second else x
                spare_places[k] = places[b if is_second else a]
                a, b, k = a + 1 - is_second, b + is_second, k + 1
            while a < middle:
                spare_keys[k], spare_places[k] = keys[a], places[a]
                a, k = a + 1, k + 1
            while b < stop:
                spare_keys[k], spare_places[k] = keys[b], places[b]
                b, k = b + 1, k + 1
        keys, spare_keys = spare_keys, keys
        places, spare_places = spare_places, places
        run *= 2
    return keys, places, spare_keys, spare_places
