"""
Fine-tuning on labels, in two turns: the head on the vectors of the encoder at rest, which is cheap, then both together, each
layer slower the further it is from the logit. The weights of the best look at the validation rows are kept, and then go a part of the way
back to where fine-tuning began (blend).
"""

import copy
import time
from contextlib import nullcontext
from dataclasses import asdict

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn import functional as F

import metrics
from dataset import Refused
from fusion import corrupt, losses, recipes
from fusion.labels import quarters
from fusion.pretrain import warm_then_cosine
from fusion.resume import load, save
from fusion.rows import logits, vectors


FAR = 6.0           # standard deviations beyond which a number does not pull the logistic regression
STILL = 1e-3        # standard deviation of a number that never moves


class Balanced:
    """Batches of labelled rows with a given share of positives, and the log-odds that this adds to what a row is worth."""

    def __init__(self, which, label, share: float, random):
        self.up, self.down, self.random = which[label[which] == 1], which[label[which] == 0], random
        if len(self.up) == 0 or len(self.down) == 0:
            raise Refused(f"the training slice has {len(self.up)} positive and {len(self.down)} negative rows: one class cannot be learned")
        self.share = max(share, len(self.up) / len(which))
        odds = lambda p: np.log(p / (1 - p))
        self.shift = float(odds(self.share) - odds(len(self.up) / len(which)))
        self.queues = [np.zeros(0, np.int64), np.zeros(0, np.int64)]

    def state(self):
        return self.random.bit_generator.state, self.queues

    def go_on(self, state) -> None:
        self.random.bit_generator.state, self.queues = state

    def next(self, count: int) -> np.ndarray:
        up = max(1, min(count - 1, int(round(count * self.share))))
        return np.concatenate([self.take(0, self.up, up), self.take(1, self.down, count - up)])

    def take(self, i: int, pool, count: int):
        while len(self.queues[i]) < count:
            self.queues[i] = np.concatenate([self.queues[i], self.random.permutation(pool)])
        taken, self.queues[i] = self.queues[i][:count], self.queues[i][count:]
        return taken


class Finetuner:
    """Trains `model` in place on split.train; `history` is what the looks at split.valid saw."""

    def __init__(self, model, rows, split, settings, seed: int, say, folder=None, foretells=None):
        self.model, self.rows, self.data, self.split, self.s, self.say = model, rows, rows.data, split, settings, say
        self.random = np.random.default_rng(seed)
        self.batches = Balanced(split.train, self.data.y, settings.positives, self.random)
        self.looked_at = self.validation_rows()
        self.focus = recipes.WeakestFold(self.data.group) if settings.focus else None
        self.history, self.best, self.kept = [], -np.inf, None
        self.began = time.monotonic()
        self.generator, self.folder, self.foretells = torch.Generator().manual_seed(seed), folder, foretells
        self.origin = None                                    # the parameters with which labels were first fitted

    def validation_rows(self):
        """At most `valid_rows` rows of the validation slice: half of them positive at most, which an AUC does not mind."""
        valid, label = self.split.valid, self.data.y[self.split.valid]
        up, down = valid[label == 1], valid[label == 0]
        if len(up) == 0 or len(down) == 0:
            raise Refused(f"the validation slice has {len(up)} positive and {len(down)} negative rows: nothing can be chosen by it")
        draw = np.random.default_rng(0)                       # the same rows for every seed
        up = draw.permutation(up)[: self.s.valid_rows // 2]
        return np.concatenate([up, draw.permutation(down)[: self.s.valid_rows - len(up)]])

    def head_alone(self) -> None:
        """The encoder rests: its vectors are computed once."""
        s, model = self.s, self.model
        pool = self.subsample(self.split.train)
        table = None
        if model.encoder is not None:
            documents = np.unique(np.concatenate([[-1], self.data.texts.document[np.concatenate([pool, self.looked_at])]]))
            self.say(f"encoding {len(documents)} documents for the head")
            table = (documents, torch.from_numpy(vectors(model.encoder, self.rows, documents)).to(self.rows.device))
        if s.probe_c:
            self.begin(pool, table)
        batches = Balanced(pool, self.data.y, s.positives, self.random)
        batches.shift += self.thinner(pool)
        steps = s.head_epochs * max(1, len(pool) // s.tune_batch)
        self.loop(model.head.parameters(), [{"params": list(model.head.parameters()), "lr": s.head_lr}], batches, steps,
                  max(s.checks, steps // 12), table, "head")

    def thinner(self, pool) -> float:
        """How much larger the log-odds of a row of the training slice are in the pool, which leaves some of the others out."""
        rate = lambda rows: float(self.data.y[rows].mean())
        return float(np.log(rate(pool) / (1 - rate(pool))) - np.log(rate(self.split.train) / (1 - rate(self.split.train))))

    def begin(self, pool, table) -> None:
        """
        The last layer begins as a logistic regression over what pre-training has made of the rows, so that the first gradients do not
        spoil it (Kumar et al. 2022: linear probing, then fine-tuning): over the log-rates of the events that it foretells, which are
        few and mean something, or over all of its numbers. Which, and its strength, is chosen on the validation rows.
        """
        out, label, best = self.model.head.out, self.data.y, None
        z, seen = (self.through(rows, table, lambda z: z).astype(np.float64) for rows in (pool, self.looked_at))
        ways = {"the last layer": np.eye(z.shape[1])}
        if self.foretells is not None:
            ways["the foretold events"] = self.foretells.weight.detach().cpu().numpy().astype(np.float64)
        for name, way in ways.items():
            said = z @ way.T
            way, said = way[said.std(0) > STILL], said[:, said.std(0) > STILL]
            mean, std = said.mean(0), said.std(0)
            for c in self.s.probe_c if len(way) else ():
                fit = LogisticRegression(C=c, max_iter=1000).fit(((said - mean) / std).clip(-FAR, FAR), label[pool])
                weight = (fit.coef_[0] / std) @ way
                found = metrics.auc(seen @ weight, label[self.looked_at])
                if best is None or found > best[0]:
                    best = found, name, c, weight, float(fit.intercept_[0] - fit.coef_[0] @ (mean / std)) - self.thinner(pool)
        if best is None:
            return
        found, name, c, weight, bias = best
        with torch.no_grad():
            out.weight.copy_(torch.from_numpy(weight[None]))
            out.bias.fill_(bias)
        self.origin = [p.detach().clone() for p in self.model.parameters()]
        self.say(f"last layer by logistic regression over {name}, C {c:g}: validation auc {found:.4f}")

    @torch.no_grad()
    def through(self, rows, table, last) -> np.ndarray:
        """last(z) of rows, with the vectors of the table."""
        self.model.eval()
        parts = []
        for i in range(0, len(rows), 4096):
            batch = self.rows.batch(rows[i: i + 4096])
            parts.append(last(self.model.head.fused(batch.features, self.vector(batch, table), batch.has_text, batch.events)).cpu().numpy())
        return np.concatenate(parts)

    def subsample(self, which, most: int = 60_000):
        """All positives and enough others: what the encoder has to read for the first turn."""
        up, down = which[self.data.y[which] == 1], which[self.data.y[which] == 0]
        keep = max(most - len(up), len(up))
        return np.concatenate([up, self.random.permutation(down)[:keep]])

    def together(self) -> None:
        groups = layer_groups(self.model, self.s.tune_lr, self.s.decay_lr)
        self.loop(self.model.parameters(), groups, self.batches, self.s.tune_steps, self.s.checks, None, "tune")

    def loop(self, parameters, groups, batches, steps: int, checks: int, table, name: str) -> None:
        parameters, s, model = list(parameters), self.s, self.model
        optimiser = torch.optim.AdamW(groups, weight_decay=s.weight_decay)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: warm_then_cosine(step, steps))
        average = Average(model, s.average) if s.average else None
        adversary = (recipes.Adversary(model.encoder.token.weight, s.adversarial)
                     if s.adversarial and model.encoder is not None and table is None else None)
        half = torch.autocast(self.rows.device.type, torch.bfloat16) if s.bf16 else nullcontext()
        parts = {"model": model, "optimiser": optimiser, "schedule": schedule, **({"average": average} if average else {})}
        waiting, total, first = 0, [], 1
        before = load(self.folder, name, asdict(s), **parts)
        if before:
            first, waiting, self.best, self.kept, self.history = (before[key] for key in ("step", "waiting", "best", "kept", "history"))
            first = first + 1 if waiting < s.patience else steps + 1
            self.generator.set_state(before["generator"])
            batches.go_on(before["order"])
        else:
            self.look(table, name, 0, float("nan"))
        for step in range(first, steps + 1):
            self.mode(table)
            batch = self.rows.batch(batches.next(s.tune_batch))
            optimiser.zero_grad(set_to_none=True)
            with half:
                loss = self.loss(batch, table, batches.shift)
            loss.backward()
            if adversary:
                adversary.attack()
                self.loss(batch, table, batches.shift).backward()
                adversary.restore()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            schedule.step()
            if average:
                average.follow()
            total.append(loss.detach())
            if step % checks == 0 or step == steps:
                with average or nullcontext():
                    waiting = 0 if self.look(table, name, step, float(torch.stack(total).mean())) else waiting + 1
                total = []
                save(self.folder, name, asdict(s), {
                    "step": step, "waiting": waiting, "best": self.best, "kept": self.kept, "history": self.history,
                    "generator": self.generator.get_state(), "order": batches.state()}, **parts)
                if waiting >= s.patience:
                    break
        self.restore()

    def mode(self, table) -> None:
        self.model.train()
        if table is not None and self.model.encoder is not None:
            self.model.encoder.eval()

    def vector(self, batch, table):
        """(B, D) of a batch's rows: looked up, or encoded with gradients."""
        if self.model.encoder is None:
            return None
        if table is not None:
            documents, found = table
            return found[self.rows.tensor(np.searchsorted(documents, batch.documents))][batch.of]
        return self.rows.encode(self.model.encoder, batch.documents)[batch.of]

    def loss(self, batch, table, shift: float):
        """Binary loss, hazard, and whatever switch is on."""
        s, head = self.s, self.model.head
        label = self.rows.tensor(self.data.y[batch.rows].astype(np.float32))
        vector, has_text = self.vector(batch, table), self.drop_text(batch.has_text)
        z = head.fused(batch.features, vector, has_text, batch.events)
        logit = head.out(z).squeeze(1) + shift
        weight = self.rows.tensor(self.focus.weights(batch.rows)) if self.focus else None
        loss = losses.binary(logit, label, s.smoothing, s.focal, weight)
        if self.focus:
            each = F.binary_cross_entropy_with_logits(logit.detach(), label, reduction="none")
            self.focus.learn(batch.rows, each.cpu().numpy())
        if s.weight_hazard:
            loss = loss + s.weight_hazard * losses.hazard(head.hazards(z) + shift, self.rows.tensor(quarters(self.data, batch.rows)))
        if s.supervised_contrast:
            loss = loss + s.supervised_contrast * losses.supervised_contrast(z, label)
        if s.triplet:
            loss = loss + s.triplet * losses.triplet(z, label)
        if s.consistency:
            loss = loss + self.consistency()
        return loss

    def drop_text(self, has_text):
        """Modality dropout: rows that have to do without their text."""
        kept = torch.rand(has_text.shape, generator=self.generator) >= self.s.text_dropout
        return has_text * kept.to(has_text) if self.model.head.config.tabular else has_text

    def consistency(self):
        """UDA or FixMatch on rows without labels, spoiled as in pre-training."""
        s, model = self.s, self.model
        batch = self.rows.batch(self.random.choice(self.split.unlabelled, s.tune_batch // 2))
        with torch.no_grad():
            clean = model.head(batch.features, self.vector(batch, None), batch.has_text, batch.events).squeeze(1)
        features, hidden, _ = corrupt.corrupt_fields(batch.features, s.hidden_fields, s.replaced_fields, self.generator)
        vector = None
        if model.encoder is not None:
            ids, tags = self.rows.tokens(batch.documents)
            vector = model.encoder(corrupt.corrupt_text(ids, tags, s.masked, 0.0, self.generator)[0], tags)[batch.of]
        z = model.head.fused(features, vector, batch.has_text, batch.events, hidden)
        agree = {"uda": recipes.uda, "fixmatch": recipes.fixmatch}[s.consistency]
        return agree(clean, model.head.out(z).squeeze(1))

    @torch.no_grad()
    def look(self, table, name: str, step: int, train: float) -> bool:
        """Scores the validation rows; keeps the weights where they are the best so far."""
        said = (logits(self.model, self.rows, self.looked_at) if table is None else
                self.through(self.looked_at, table, self.model.head.out)[:, 0])
        found = metrics.auc(said, self.data.y[self.looked_at])
        self.history.append({"epoch": len(self.history), "turn": name, "step": step, "train": train,
                             "valid": 1 - found, "valid_auc": found})
        better = found > self.best
        if better:
            self.best, self.kept = found, copy.deepcopy(self.model.state_dict())
        self.say(f"{name} {step}: loss {train:.4f}, validation auc {found:.4f}{' *' if better else ''}; "
                 f"{time.monotonic() - self.began:.0f} s")
        return better

    def restore(self) -> None:
        self.model.load_state_dict(self.kept)

    @torch.no_grad()
    def blend(self) -> None:
        """
        Goes back a part of the way to where fine-tuning began: what few labels taught and what pre-training knew are wrong about different
        companies (Wortsman et al. 2022: Robust fine-tuning of zero-shot models).
        """
        if self.origin is None or self.s.blend == 1:
            return
        for p, began in zip(self.model.parameters(), self.origin):
            p.lerp_(began, 1 - self.s.blend)
        found = metrics.auc(logits(self.model, self.rows, self.looked_at), self.data.y[self.looked_at])
        self.history.append({"epoch": len(self.history), "turn": "blend", "step": 0, "train": float("nan"),
                             "valid": 1 - found, "valid_auc": found})
        self.say(f"{self.s.blend:.0%} of the way from where it began: validation auc {found:.4f}")

    def finish(self) -> None:
        """Lookahead over SGD for a few more steps: flatter, if not better."""
        s, model = self.s, self.model
        plain = torch.optim.SGD(layer_groups(model, s.tune_lr * 20, s.decay_lr), momentum=0.9)
        slow = recipes.Lookahead(plain)
        for step in range(1, s.finish + 1):
            model.train()
            plain.zero_grad(set_to_none=True)
            loss = self.loss(self.rows.batch(self.batches.next(s.tune_batch)), None, self.batches.shift)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(list(model.parameters()), 1.0)
            slow.step()
            if step % s.checks == 0 or step == s.finish:
                self.look(None, "finish", step, float(loss.detach()))
        self.restore()


class Average:
    """
    Exponential mean of a model's weights over steps (Polyak & Juditsky 1992), which is what is judged and kept: labels are few, and
    the last step's batch is not to decide. As a context it puts the mean into the model, and the weights back at the end.
    """

    def __init__(self, model, share: float):
        self.parameters, self.share, self.steps = list(model.parameters()), share, 0
        self.mean = [p.detach().clone() for p in self.parameters]

    @torch.no_grad()
    def follow(self) -> None:
        self.steps += 1
        share = min(self.share, self.steps / (self.steps + 9.0))             # the first steps are not worth remembering
        for mean, p in zip(self.mean, self.parameters):
            mean.lerp_(p, 1 - share)

    def __enter__(self):
        self.kept = [p.detach().clone() for p in self.parameters]
        self.put(self.mean)

    def __exit__(self, *_) -> None:
        self.put(self.kept)

    @torch.no_grad()
    def put(self, values) -> None:
        for p, value in zip(self.parameters, values):
            p.copy_(value)

    def state_dict(self):
        return {"mean": self.mean, "steps": self.steps}

    def load_state_dict(self, state) -> None:
        self.steps = state["steps"]
        for mean, kept in zip(self.mean, state["mean"]):
            mean.copy_(kept)


def layer_groups(model, lr: float, decay: float) -> list[dict]:
    """Parameters by distance from the logit: head, then the encoder from its poolings down to its tables, each at `decay` of the last."""
    groups = [{"params": list(model.head.parameters()), "lr": lr}]
    if model.encoder is None:
        return groups
    encoder = model.encoder
    tables = [p for name, p in encoder.named_parameters()
              if name.split(".")[0] in ("token", "segment", "number", "position", "widen", "weigh")]
    layers = [list(encoder.pool.parameters()) + list(encoder.query.parameters()),
              *(list(b.parameters()) for b in reversed(encoder.body.blocks)), tables]
    for distance, layer in enumerate(layers):
        groups.append({"params": layer, "lr": lr * decay ** (distance + 1)})
    return groups
