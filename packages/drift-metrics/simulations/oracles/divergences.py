"""Makes the vectors that test/drift-metrics/divergences/divergences.test.ts is checked on, with SciPy and NumPy.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1
    venv/bin/python divergences.py > ../../../../test/drift-metrics/divergences/vectors.json
"""

import json

import numpy
from scipy import spatial, stats

random = numpy.random.default_rng(20261123)


def vector(name, reference, live):
    reference = numpy.asarray(reference, dtype=float)
    live = numpy.asarray(live, dtype=float)
    bins = len(reference)
    m, n = reference.sum(), live.sum()
    p, q = live / n, reference / m
    ps, qs = (live + 0.5) / (n + bins / 2), (reference + 0.5) / (m + bins / 2)
    positions = numpy.cumsum(random.gamma(2.0, 1.5, bins)) - 3
    occupied = (reference + live) > 0
    if occupied.sum() > 1:
        chi = stats.chi2_contingency([reference[occupied], live[occupied]], correction=False)
        chi_square = {"statistic": chi.statistic, "degreesOfFreedom": int(chi.dof), "pValue": chi.pvalue}
    else:
        chi_square = {"statistic": 0, "degreesOfFreedom": 0, "pValue": 1}
    # Sums of relative entropies: another way to the index than the one that is tested.
    psi = stats.entropy(ps, qs) + stats.entropy(qs, ps)
    return {
        "name": name,
        "reference": reference.tolist(),
        "live": live.tolist(),
        "positions": positions.tolist(),
        "populationStabilityIndex": psi,
        "corrected": max(0.0, psi - (bins - 1) * (1 / m + 1 / n)),
        "jensenShannon": spatial.distance.jensenshannon(p, q),
        "jensenShannonBase2": spatial.distance.jensenshannon(p, q, base=2),
        "hellinger": float(numpy.linalg.norm(numpy.sqrt(p) - numpy.sqrt(q)) / numpy.sqrt(2)),
        "totalVariation": spatial.distance.cityblock(p, q) / 2,
        "kolmogorovSmirnov": float(numpy.abs(numpy.cumsum(p) - numpy.cumsum(q)).max()),
        "wasserstein": stats.wasserstein_distance(positions, positions, p, q),
        "chiSquare": chi_square,
    }


def multinomial(total, shares):
    return random.multinomial(total, shares)


uniform = numpy.full(10, 0.1)
skewed = random.dirichlet(numpy.full(10, 0.6))
many = random.dirichlet(numpy.full(52, 0.3))
vectors = [
    vector("two bins", [500, 500], [300, 700]),
    vector("no change", multinomial(5000, uniform), multinomial(1000, uniform)),
    vector("uniform to skewed", multinomial(5000, uniform), multinomial(1000, skewed)),
    vector("skewed, few samples", multinomial(1000, skewed), multinomial(100, skewed)),
    vector("fifty classes, most of them rare", multinomial(1000, many), multinomial(700, many)),
    vector("bins empty on one side", [40, 0, 60, 0], [0, 30, 50, 20]),
    vector("bins empty on both sides", [40, 0, 60, 0, 0], [35, 0, 50, 3, 0]),
    vector("nothing in common", [100, 0], [0, 100]),
    vector("one bin", [100], [7]),
    vector("a million samples", multinomial(10**6, uniform), multinomial(10**6, uniform)),
    vector("three samples", [1, 1, 1, 0], [0, 0, 2, 1]),
]
print(json.dumps({"vectors": vectors}, indent=1))
