"""Answers of SciPy for rows on standard input, as realPeers.test.ts asks for them: JSON in, JSON out. NaN and Infinity are strings."""

import json
import math
import sys

import numpy as np
import scipy
from scipy.spatial import distance
from scipy.special import rel_entr
from scipy.stats import entropy

asked = json.load(sys.stdin)
dtype = np.dtype(asked["dtype"])
p, q = (np.array(asked[name], dtype=dtype) for name in "pq")
with np.errstate(all="ignore"):
    answers = {
        "scipy-entropy": entropy(p, q, axis=1),
        "scipy-rel-entr": rel_entr(p, q).sum(axis=1),
        "scipy-jensenshannon": distance.jensenshannon(p, q, axis=1),
    }
plain = {
    name: [float(x) if math.isfinite(x) else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(float(x)), "NaN") for x in values]
    for name, values in answers.items()
}
json.dump({"version": scipy.__version__, "answers": plain}, sys.stdout)
