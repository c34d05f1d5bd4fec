"""Recurrent layers over a sequence, whose backward pass multiplies each weight once, not per step."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class _GRU(torch.autograd.Function):
    """A GRU layer, torch's formula; only what truly depends on the step before is in the loop."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, h0: Tensor, weight: Tensor, bias: Tensor, precision: torch.dtype
    ) -> Tensor:
        batch, time, dim = inputs.shape[0], inputs.shape[1], h0.shape[1]
        states = inputs.new_empty(time + 1, batch, dim)
        states[0] = h0
        gates = inputs.new_empty(time, batch, 3 * dim)  # r, z, n
        hidden_n = inputs.new_empty(time, batch, dim)
        low = weight.to(precision)
        turned = low.t()
        h = h0
        for t in range(time):
            through = torch.mm(h.to(precision), turned) + bias
            gate = gates[t]
            rz, n = gate[:, : 2 * dim], gate[:, 2 * dim :]
            torch.add(inputs[:, t, : 2 * dim], through[:, : 2 * dim], out=rz)
            rz.sigmoid_()
            hidden_n[t] = through[:, 2 * dim :]
            torch.addcmul(inputs[:, t, 2 * dim :], rz[:, :dim], hidden_n[t], out=n)
            n.tanh_()
            h = torch.lerp(n, h, rz[:, dim:], out=states[t + 1])
        ctx.save_for_backward(states, gates, hidden_n, low)
        return states[1:].transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        states, gates, hidden_n, low = ctx.saved_tensors
        grad = grads[0].transpose(0, 1)
        time, batch, dim = hidden_n.shape
        r, z, n = gates.split(dim, 2)
        to_n = (1 - z) * (1 - n * n)
        to_z = (states[:-1] - n) * z * (1 - z)
        to_r = hidden_n * r * (1 - r)
        through = torch.empty_like(gates)  # gradient of what the hidden weight gives
        of_n = torch.empty_like(hidden_n)
        dh = torch.zeros_like(states[0])
        for t in range(time - 1, -1, -1):
            dh = dh + grad[t]
            torch.mul(dh, to_n[t], out=of_n[t])
            into = through[t]
            torch.mul(of_n[t], to_r[t], out=into[:, :dim])
            torch.mul(dh, to_z[t], out=into[:, dim : 2 * dim])
            torch.mul(of_n[t], r[t], out=into[:, 2 * dim :])
            dh = torch.addcmul(torch.mm(into.to(low.dtype), low), dh, z[t])
        flat = through.view(time * batch, 3 * dim)
        before = states[:-1].reshape(time * batch, dim)
        of_weight = torch.mm(flat.t().to(low.dtype), before.to(low.dtype)).to(flat.dtype)
        of_bias = flat.sum(0)
        of_inputs = torch.cat((through[..., : 2 * dim], of_n), 2).transpose(0, 1)
        return of_inputs, dh, of_weight, of_bias, None


def gru(
    inputs: Tensor, h0: Tensor, weight_hh: Tensor, bias_hh: Tensor, precision: torch.dtype
) -> Tensor:
    """States (batch, time, dim) of a GRU from its expanded inputs (batch, time, 3 dim).

    `h0` is (batch, dim). Gates in torch's order r, z, n; n = tanh(in + r * hidden).
    """
    states: Tensor = _GRU.apply(inputs, h0, weight_hh, bias_hh, precision)  # type: ignore[no-untyped-call]
    return states


class _LSTM(torch.autograd.Function):
    """An LSTM layer, torch's formula, in the same manner."""

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        h0: Tensor,
        c0: Tensor,
        weight: Tensor,
        bias: Tensor,
        precision: torch.dtype,
    ) -> tuple[Tensor, Tensor]:
        batch, time, dim = inputs.shape[0], inputs.shape[1], h0.shape[1]
        states = inputs.new_empty(time + 1, batch, dim)
        cells = inputs.new_empty(time + 1, batch, dim)
        states[0], cells[0] = h0, c0
        gates = inputs.new_empty(time, batch, 4 * dim)  # i, f, g, o
        low = weight.to(precision)
        turned = low.t()
        for t in range(time):
            gate = gates[t]
            torch.add(inputs[:, t], torch.mm(states[t].to(precision), turned) + bias, out=gate)
            gate[:, : 2 * dim].sigmoid_()
            gate[:, 2 * dim : 3 * dim].tanh_()
            gate[:, 3 * dim :].sigmoid_()
            i, f, g, o = gate.split(dim, 1)
            torch.addcmul(f * cells[t], i, g, out=cells[t + 1])
            torch.mul(o, torch.tanh(cells[t + 1]), out=states[t + 1])
        ctx.save_for_backward(states, cells, gates, low)
        ctx.set_materialize_grads(True)
        return states[1:].transpose(0, 1), cells[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        states, cells, gates, low = ctx.saved_tensors
        grad, dc = grads[0].transpose(0, 1), grads[1]
        time, batch, dim4 = gates.shape
        dim = dim4 // 4
        i, f, g, o = gates.split(dim, 2)
        level = torch.tanh(cells[1:])
        to_c = o * (1 - level * level)
        to_o = level * o * (1 - o)
        to_gates = torch.cat((g * i * (1 - i), cells[:-1] * f * (1 - f), i * (1 - g * g)), 2)
        through = torch.empty_like(gates)
        dh = torch.zeros_like(states[0])
        for t in range(time - 1, -1, -1):
            dh = dh + grad[t]
            dc = torch.addcmul(dc, dh, to_c[t])
            into = through[t]
            torch.mul(dc.repeat(1, 3), to_gates[t], out=into[:, : 3 * dim])
            torch.mul(dh, to_o[t], out=into[:, 3 * dim :])
            dc = dc * f[t]
            dh = torch.mm(into.to(low.dtype), low).to(into.dtype)
        flat = through.view(time * batch, dim4)
        before = states[:-1].reshape(time * batch, dim)
        of_weight = torch.mm(flat.t().to(low.dtype), before.to(low.dtype)).to(flat.dtype)
        return through.transpose(0, 1), dh, dc, of_weight, flat.sum(0), None


def lstm(
    inputs: Tensor,
    h0: Tensor,
    c0: Tensor,
    weight_hh: Tensor,
    bias_hh: Tensor,
    precision: torch.dtype,
) -> tuple[Tensor, Tensor]:
    """States (batch, time, dim) and last cells (batch, dim) of an LSTM from expanded inputs.

    Inputs are (batch, time, 4 dim), gates in torch's order i, f, g, o.
    """
    states, cells = _LSTM.apply(inputs, h0, c0, weight_hh, bias_hh, precision)  # type: ignore[no-untyped-call]
    return states, cells
