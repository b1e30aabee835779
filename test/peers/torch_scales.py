"""Losses as trainers write them in PyTorch, for arrays on standard input, as scales.test.ts asks for them: JSON in, JSON out. Tensors are [B, T, V], labels [B, T]."""

import json
import sys

import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

asked = json.load(sys.stdin)
T = asked["temperature"]
alpha = asked["alpha"]
tensor = lambda name: torch.tensor(asked[name], dtype=torch.float64)
teacher, student = tensor("teacher"), tensor("student").requires_grad_()
labels = torch.tensor(asked["labels"])
mean, log_variance = tensor("mean").requires_grad_(), tensor("logVariance")
theta, optimum, fisher = tensor("theta"), tensor("optimum"), tensor("fisher")


def soft(t, s, reduction):
    return F.kl_div(F.log_softmax(s / T, -1), F.softmax(t / T, -1), reduction=reduction)


def tutorial(t, s):
    p = F.softmax(t / T, -1)
    return torch.sum(p * (p.log() - F.log_softmax(s / T, -1))) / s.size(0) * T**2


def generalized(t, s, beta, kept=None):
    log_q, log_p = F.log_softmax(s / T, -1), F.log_softmax(t / T, -1)
    if beta in (0, 1):
        jsd = F.kl_div(*((log_q, log_p) if beta == 0 else (log_p, log_q)), reduction="none", log_target=True)
    else:
        log_m = torch.log(beta * log_p.exp() + (1 - beta) * log_q.exp())
        to_m = lambda x: F.kl_div(log_m, x, reduction="none", log_target=True)
        jsd = beta * to_m(log_p) + (1 - beta) * to_m(log_q)
    return jsd.sum() / jsd.size(0) if kept is None else jsd[kept].sum() / kept.sum()


flat_t, flat_s = teacher.flatten(0, 1), student.flatten(0, 1)
kept = labels != -100
prior = 1 + log_variance - mean.pow(2) - log_variance.exp()
losses = {
    "batchmean, rows": soft(flat_t, flat_s, "batchmean") * T**2,
    "tutorial, rows": tutorial(flat_t, flat_s),
    "batchmean, sequences": soft(teacher, student, "batchmean") * T**2,
    "mean": soft(teacher, student, "mean") * T**2,
    "sum": soft(teacher, student, "sum") * T**2,
    "masked batchmean": soft(teacher[kept], student[kept], "batchmean") * T**2,
    "alpha CE + (1 - alpha) T² KL": alpha * F.cross_entropy(flat_s, labels.flatten().clamp(0))
    + (1 - alpha) * T**2 * soft(flat_t, flat_s, "batchmean"),
    "prior, summed over the batch": -0.5 * prior.sum(),
    "prior, mean over the batch": (-0.5 * prior.sum(1)).mean(),
    "prior, mean of all entries": (-0.5 * prior).mean(),
    "prior, kl_divergence": kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0, 1)).sum(1).mean(),
    "spring without ½": asked["lambda"] * (fisher * (theta - optimum) ** 2).sum(),
    "spring with ½": asked["lambda"] / 2 * (fisher * (theta - optimum) ** 2).sum(),
    **{f"generalised by {beta}, labels": generalized(teacher, student, beta, kept) for beta in asked["betas"]},
    **{f"generalised by {beta}, no labels": generalized(teacher, student, beta) for beta in asked["betas"]},
}


def slope(loss):
    """By the student's logits, or by the mean: whichever the loss depends on."""
    if not loss.requires_grad:
        return []
    slopes = torch.autograd.grad(loss, (student, mean), retain_graph=True, allow_unused=True)
    return next(x for x in slopes if x is not None).flatten().tolist()


json.dump({name: {"loss": loss.item(), "gradient": slope(loss)} for name, loss in losses.items()}, sys.stdout)
