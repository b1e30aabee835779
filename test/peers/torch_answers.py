"""Answers of PyTorch for rows on standard input, as realPeers.test.ts asks for them: JSON in, JSON out. NaN and Infinity are strings."""

import json
import math
import sys

import torch
import torch.nn.functional as F


def reduced(asked, p, q, function):
    """Of so many rows at a time, the last time of what is left."""
    starts = range(0, len(p), asked["batch"])
    return [function(p[start : start + asked["batch"]], q[start : start + asked["batch"]]) for start in starts]


def answer(asked):
    dtype = getattr(torch, asked["dtype"])
    p, q = (torch.tensor(asked[name], dtype=dtype) for name in "pq")
    return {
        "torch-kl-div": F.kl_div(q.log(), p, reduction="none").sum(1),
        "torch-batchmean": reduced(asked, p, q, lambda p, q: F.kl_div(q.log(), p, reduction="batchmean")),
        "torch-mean": reduced(asked, p, q, lambda p, q: F.kl_div(q.log(), p, reduction="mean")),
        "torch-exchanged": reduced(asked, p, q, lambda p, q: F.kl_div(p.log(), q, reduction="batchmean")),
        "torch-no-log": reduced(asked, p, q, lambda p, q: F.kl_div(q, p, reduction="batchmean")),
    }


def plain(x):
    x = float(x)
    return x if math.isfinite(x) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(x, "NaN")


answers = [{name: [plain(x) for x in values] for name, values in answer(asked).items()} for asked in json.load(sys.stdin)]
json.dump({"version": torch.__version__, "answers": answers}, sys.stdout)
