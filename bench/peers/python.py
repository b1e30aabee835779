"""A contender of the race in Python: python3 python.py LIBRARY WORKLOAD FOLDER. FOLDER has inputs.json and the arrays' bytes.

Lines on standard input are questions, lines on standard output answers: 'pass' -> milliseconds of one pass, 'results N' -> the first N results.
Formulas are those of formulas.ts, as people write them for the library.
"""
import json
import re
import sys
import time

import numpy as np

library, workload, folder = sys.argv[1:4]
with open(f"{folder}/inputs.json") as file:
    described = json.load(file)
inputs = [np.fromfile(f"{folder}/{i['name']}.bin", dtype=i["dtype"]).reshape(i["dims"]) for i in described["inputs"]]
cols = described["cols"]
temperature = 4 if workload in ("W7a", "W7g") else 1
with_gradient = workload.endswith("g")  # the answer is the gradient by the last input
family = re.match(r"W\d+|pairs", workload).group()  # W3f32 -> W3, W13d8 -> W13, W7a -> W7, pairs-gamma -> pairs


def numpy_pass():
    from scipy.special import log_softmax, rel_entr

    def middle(p, q):
        m = (p + q) / 2
        return (rel_entr(p, m).sum(-1) + rel_entr(q, m).sum(-1)) / 2

    def softmax_kl(a, b):
        log_p, log_q = log_softmax(a / temperature, axis=-1), log_softmax(b / temperature, axis=-1)
        return temperature**2 * (np.exp(log_p) * (log_p - log_q)).sum(-1)

    def softmax_kl_gradient(a, b):
        log_p, log_q = log_softmax(a / temperature, axis=-1), log_softmax(b / temperature, axis=-1)
        p = np.exp(log_p)
        value = temperature**2 * (p * (log_p - log_q)).sum(-1)
        return value, temperature * (np.exp(log_q) - p)

    def prior_gradient(m, l):
        v = np.exp(l)
        return (m * m + v - 1 - l).sum(-1) / 2, m, (v - 1) / 2

    def uniform(z):
        log_p = log_softmax(z, axis=-1)
        return np.log(cols) + (np.exp(log_p) * log_p).sum(-1)

    def covariances(m0, s0, m1, s1):
        l0, l1 = np.linalg.cholesky(s0), np.linalg.cholesky(s1)
        both = np.linalg.solve(l1, np.concatenate([l0, (m1 - m0)[..., None]], axis=-1))
        logs = np.log(np.diagonal(l1, axis1=-2, axis2=-1) / np.diagonal(l0, axis1=-2, axis2=-1)).sum(-1)
        return ((both**2).sum((-2, -1)) - cols) / 2 + logs

    formulas = {
        "W6": uniform,
        "W7": softmax_kl,
        "W8": lambda m, l: (m * m + np.exp(l) - 1 - l).sum(-1) / 2,
        "W9": lambda m0, v0, m1, v1: (np.log(v1 / v0) + (v0 + (m0 - m1) ** 2) / v1 - 1).sum(-1) / 2,
        "W10": lambda m0, s0, m1, s1: np.log(s1 / s0) + (s0 * s0 + (m0 - m1) ** 2) / (2 * s1 * s1) - 0.5,
        "W11": lambda p, q: (p * np.log(p)).sum(-1)[:, None] - p @ np.log(q).T,
        "W12": middle,
        "W13": covariances,
        "W14": lambda p: (p * np.log(p)).sum(-1).mean(1) - (p.mean(1) * np.log(p.mean(1))).sum(-1),
    }
    if with_gradient:
        gradient = {"W7": softmax_kl_gradient, "W8": prior_gradient}[family]
        return lambda: gradient(*inputs)[-1]
    formula = formulas.get(family, lambda p, q: (p * np.log(p / q)).sum(-1))
    return lambda: formula(*inputs)


def torch_pass():
    import torch
    from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence
    from torch.nn.functional import kl_div, log_softmax

    def softmax_kl(a, b):
        logs = [log_softmax(x / temperature, -1) for x in (b, a)]
        return temperature**2 * kl_div(*logs, reduction="none", log_target=True).sum(-1)

    def uniform(z):
        log_p = log_softmax(z, -1)
        return np.log(cols) + (log_p.exp() * log_p).sum(-1)

    def members(*parameters):
        name = workload.split("-")[1].capitalize()
        count = 2 if name in ("Normal", "Gamma", "Beta") else 1
        return getattr(torch.distributions, name)(*parameters[:count], validate_args=library == "torch-checked")

    def gaussians(m0, s0, m1, s1):
        return kl_divergence(Independent(Normal(m0, s0, validate_args=False), 1), Independent(Normal(m1, s1, validate_args=False), 1))

    def middle(p, q):
        log_m = ((p + q) / 2).log()
        return (kl_div(log_m, p, reduction="none").sum(-1) + kl_div(log_m, q, reduction="none").sum(-1)) / 2

    formulas = {
        "W6": uniform,
        "W7": softmax_kl,
        "W8": lambda m, l: (m * m + l.exp() - 1 - l).sum(-1) / 2,
        "W9": lambda m0, v0, m1, v1: gaussians(m0, v0.sqrt(), m1, v1.sqrt()),
        "W10": lambda m0, s0, m1, s1: kl_divergence(Normal(m0, s0, validate_args=False), Normal(m1, s1, validate_args=False)),
        "W11": lambda p, q: (p * p.log()).sum(-1)[:, None] - p @ q.log().T,
        "W12": middle,
        "W13": lambda m0, s0, m1, s1: kl_divergence(MultivariateNormal(m0, s0), MultivariateNormal(m1, s1)),
        "W14": lambda p: (p * p.log()).sum(-1).mean(1) - (p.mean(1) * p.mean(1).log()).sum(-1),
        "pairs": lambda a, b, c, d: kl_divergence(members(a, b), members(c, d)),
    }
    formula = formulas.get(family, lambda p, q: kl_div(q.log(), p, reduction="none").sum(-1))
    tensors = [torch.from_numpy(x) for x in inputs]

    if with_gradient:
        for tensor in tensors[1:] if family == "W7" else tensors:
            tensor.requires_grad_()

    def run():
        if with_gradient:
            for tensor in tensors:
                tensor.grad = None
            formula(*tensors).sum().backward()
            return tensors[-1].grad.numpy()
        with torch.no_grad():
            return formula(*tensors).numpy()

    return run


one_pass = (numpy_pass if library == "numpy" else torch_pass)()
results = None
for _ in range(3):
    results = one_pass()
print("ready", flush=True)
for line in sys.stdin:
    question, *rest = line.split()
    if question == "results":
        print(json.dumps(np.asarray(results, dtype=np.float64).reshape(-1)[: int(rest[0])].tolist()), flush=True)
        continue
    first = time.perf_counter()
    results = one_pass()
    length = (time.perf_counter() - first) * 1000
    repeats = max(1, min(16, round(100 / max(length, 1e-6))))
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(repeats):
        results = one_pass()
    spent = min(time.perf_counter() - wall, time.process_time() - cpu) * 1000 / repeats
    print(spent, flush=True)
