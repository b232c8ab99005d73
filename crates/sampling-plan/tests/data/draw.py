"""The draw of RFC 3797 in another language: prints the vectors that tests/draw.rs carries."""

import hashlib


class Chain:
    def __init__(self, seed, name):
        self.seed, self.name, self.rank = seed.encode(), name, 0

    def below(self, n):
        rank = self.rank.to_bytes(2, "big")
        self.rank += 1
        digest = hashlib.new(self.name, rank + self.seed + rank).digest()
        while int.from_bytes(digest, "big") >= 256 ** len(digest) // n * n:
            digest = hashlib.new(self.name, digest).digest()
        return int.from_bytes(digest, "big") % n


def numbers(pool, count, seed, name):
    chain, left = Chain(seed, name), list(range(1, pool + 1))
    return [left.pop(chain.below(len(left))) for _ in range(count)]


SEED = "9319./2.5.8.10.12./9.18.26.34.41.45./"
print(numbers(25, 10, SEED, "md5"))
print(numbers(25, 10, SEED, "sha256"))
print(numbers(600, 12, "2026001.03.17.22.25.31.33.16", "sha256"))

chain, left = Chain("2026001", "sha256"), [f"D{n}" for n in range(1, 9) if n != 3]
targets = [left.pop(chain.below(len(left))) for _ in range(4)]
officers, load = ["甲", "乙", "丙", "丁", "戊"], {}
conflicts = {("甲", "D1"), ("乙", "D1")}


def officer(target, other=None):
    may = [o for o in officers if o != other and (o, target) not in conflicts]
    least = min(load.get(o, 0) for o in may)
    pool = [o for o in may if load.get(o, 0) == least]
    chosen = pool[chain.below(len(pool))]
    load[chosen] = load.get(chosen, 0) + 1
    return chosen


for target in targets:
    first = officer(target)
    print(target, first, officer(target, first))
target = left.pop(chain.below(len(left)))
first = officer(target)
print("next", target, first, officer(target, first))
