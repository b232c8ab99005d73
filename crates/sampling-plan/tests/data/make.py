"""Makes the data of this folder with libraries that know nothing of this house. Needs: apportionment networkx scipy."""

import csv
import random
from fractions import Fraction
from math import comb

import networkx
from apportionment.methods import TiesException, largest_remainder
from scipy.stats import binom, hypergeom

dice = random.Random(20260105)


def rows(name, head, made):
    with open(name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(head)
        out.writerows(made)


def one_way():
    while True:
        n = dice.choice([2, 3, 5, 24, 35, 39])
        weights = [dice.randint(0, 200_000) for _ in range(n)]
        total = dice.choice([1, 7, 99, 1_000, 5_332, 6_355, 8_651])
        try:
            yield [total, " ".join(map(str, weights)), " ".join(map(str, largest_remainder(weights, total, fractions=True, tiesallowed=False)))]
        except (TiesException, ZeroDivisionError):
            continue


def split(total, n):
    cuts = sorted(dice.randint(0, total) for _ in range(n - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total])]


def two_way():
    """The least sum of distances of a controlled rounding, in parts of the total: a minimum-cost flow over the fractions."""
    while True:
        r, c = dice.choice([(2, 2), (3, 4), (5, 3), (24, 4), (24, 39), (39, 24)])
        total = dice.choice([5, 60, 600, 6_355])
        left, top = split(total, r), split(total, c)
        net = networkx.DiGraph()
        fixed = 0
        for i in range(r):
            parts = [left[i] * top[j] % total for j in range(c)]
            net.add_node(("r", i), demand=-(sum(parts) // total))
            for j in range(c):
                fixed += parts[j]
                if parts[j]:
                    net.add_edge(("r", i), ("c", j), capacity=1, weight=total - 2 * parts[j])
        for j in range(c):
            net.add_node(("c", j), demand=sum(left[i] * top[j] % total for i in range(r)) // total)
        cost, _ = networkx.network_simplex(net)
        yield [total, " ".join(map(str, left)), " ".join(map(str, top)), fixed + cost]



def unseen():
    """Chance to find nothing: kind, lot, batches, failing per ten thousand (binomial) or failing in the lot, and the chance to twelve places."""
    cases = [("binomial", "", 150, 200), ("binomial", "", 149, 200), ("binomial", "", 148, 200)]
    cases += [("binomial", "", dice.randint(1, 900), dice.randint(1, 2_000)) for _ in range(60)]
    cases += [("hypergeometric", 500, 150, 10), ("hypergeometric", 40, 12, 2), ("hypergeometric", 10, 8, 3)]
    for _ in range(60):
        lot = dice.randint(2, 4_000)
        cases.append(("hypergeometric", lot, dice.randint(1, lot), dice.randint(0, lot // 5)))
    for kind, lot, batches, failing in cases:
        if kind == "binomial":
            chance, exact = binom.pmf(0, batches, failing / 10_000), Fraction(10_000 - failing, 10_000) ** batches
        else:
            chance, exact = hypergeom.pmf(0, lot, failing, batches), Fraction(comb(lot - failing, batches), comb(lot, batches))
        assert abs(chance - float(exact)) <= 1e-9 * float(exact) + 1e-300, (kind, lot, batches, failing)
        yield [kind, lot, batches, failing, f"{chance:.6f}"]


def enough():
    """The fewest batches that find a failing one with at least 95 %: by trying them one after the other."""
    for failing in [5000, 2000, 1000, 500, 300, 200, 150, 100, 50, 25, 10]:
        n = 1
        while 1 - binom.pmf(0, n, failing / 10_000) < 0.95:
            n += 1
        yield ["binomial", "", failing, n]
    for lot, failing in [(500, 10), (40, 2), (100, 1), (1_000, 20), (3_600, 36), (50, 50), (20, 19)]:
        n = 1
        while 1 - hypergeom.pmf(0, lot, failing, n) < 0.95 - 1e-12:
            n += 1
        yield ["hypergeometric", lot, failing, n]


def take(made, n):
    return [row for row, _ in zip(made, range(n))]


rows("largest_remainder.csv", ["total", "weights", "given"], take(one_way(), 120))
rows("two_way.csv", ["total", "rows", "columns", "distance"], take(two_way(), 60))
rows("unseen.csv", ["kind", "lot", "batches", "failing", "chance"], list(unseen()))
rows("enough.csv", ["kind", "lot", "failing", "batches"], list(enough()))
