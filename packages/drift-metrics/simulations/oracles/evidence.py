"""Figures that test/drift-metrics/detector/evidence.test.ts pins, with SciPy alone. Run: venv/bin/python evidence.py"""

import numpy
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, logsumexp
from scipy.stats import beta


def log_multibeta(a):
    return gammaln(a).sum() - gammaln(a.sum())


def tolerated(r, c, tolerance):
    """ln max q^r p^c / max q^r, where p <= (1 + tolerance) q, by a general optimiser."""
    bins = len(r)
    split = lambda x: (x[:bins], x[bins:])
    start = numpy.concatenate([(r + c) / (r + c).sum()] * 2)
    best = minimize(
        lambda x: -(r * numpy.log(split(x)[0])).sum() - (c * numpy.log(split(x)[1])).sum(),
        start,
        method="SLSQP",
        bounds=[(1e-9, 1)] * 2 * bins,
        constraints=[
            {"type": "eq", "fun": lambda x: split(x)[0].sum() - 1},
            {"type": "eq", "fun": lambda x: split(x)[1].sum() - 1},
            {"type": "ineq", "fun": lambda x: (1 + tolerance) * split(x)[0] - split(x)[1]},
        ],
        options={"maxiter": 1000, "ftol": 1e-14},
    )
    return -best.fun - (r * numpy.log(r / r.sum())).sum()


def share(reference, counts, tolerance):
    r, c = numpy.array(reference) + 0.5, numpy.array(counts, float)
    q = r / r.sum()
    alternatives = [log_multibeta(a * q + c) - log_multibeta(a * q) for a in (10, 100, 1000)]
    null = tolerated(r, c, tolerance) if tolerance > 0 else log_multibeta(r + c) - log_multibeta(r)
    return logsumexp(alternatives) - numpy.log(3) - null


def errors(labelled, correct, right, wrong):
    """Without a tolerance the null is the beta-binomial, which the grid approximates."""
    base = (labelled - correct + 0.5) / (labelled + 1)
    rates = base + numpy.array([0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64]) * (1 - base)
    bets = wrong * numpy.log(rates) + right * numpy.log1p(-rates)
    a, b = labelled - correct + 0.5, correct + 0.5
    return logsumexp(bets) - numpy.log(7) - (betaln(a + wrong, b + right) - betaln(a, b))


print(share([100, 200, 300], [10, 20, 30], 0), share([100, 200, 300], [30, 20, 10], 0), share([100, 200, 300], [30, 20, 10], 0.1))
print(share([30, 8, 1, 0], [1, 0, 0, 0], 0.1), share([300, 80, 10, 1], [20, 30, 3, 3], 0.1), share([9, 9, 9], [40, 1, 1], 0.5))
print(share([5000, 0, 7], [50, 30, 1], 0), share([1, 1, 1], [40, 1, 1], 0))
print(errors(1000, 900, 90, 10), errors(1000, 900, 160, 40), errors(20, 20, 50, 10))
