"""Two sorted lists of scores as one list of thresholds, in one pass."""

from dlc.kernels.jit import compiled


@compiled()
def merge(below, above, thresholds, fp, tp):
    """Write each score, from the highest, and how many of BELOW and of ABOVE reach it; gives how many there are."""
    i, j, count = below.size, above.size, 0
    while i > 0 or j > 0:
        here = above[j - 1] if i == 0 or (j > 0 and above[j - 1] > below[i - 1]) else below[i - 1]
        while i > 0 and below[i - 1] == here:
            i -= 1
        while j > 0 and above[j - 1] == here:
            j -= 1
        thresholds[count] = here
        fp[count] = below.size - i
        tp[count] = above.size - j
        count += 1
    return count
