"""Answers of PyTorch for rows on standard input, as realPeers.test.ts asks for them: JSON in, JSON out. NaN and Infinity are strings."""

import json
import math
import sys

import torch
import torch.nn.functional as F

asked = json.load(sys.stdin)
dtype = getattr(torch, asked["dtype"])
p, q = (torch.tensor(asked[name], dtype=dtype) for name in "pq")
batches = [range(start, min(start + asked["batch"], len(p))) for start in range(0, len(p), asked["batch"])]


def reduced(function):
    return [function(p[list(rows)], q[list(rows)]) for rows in batches]


answers = {
    "torch-kl-div": F.kl_div(q.log(), p, reduction="none").sum(1),
    "torch-batchmean": reduced(lambda p, q: F.kl_div(q.log(), p, reduction="batchmean")),
    "torch-mean": reduced(lambda p, q: F.kl_div(q.log(), p, reduction="mean")),
    "torch-exchanged": reduced(lambda p, q: F.kl_div(p.log(), q, reduction="batchmean")),
    "torch-no-log": reduced(lambda p, q: F.kl_div(q, p, reduction="batchmean")),
}


def plain(x):
    x = float(x)
    return x if math.isfinite(x) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(x, "NaN")


json.dump({"version": torch.__version__, "answers": {name: [plain(x) for x in values] for name, values in answers.items()}}, sys.stdout)
