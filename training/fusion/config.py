"""
Every setting of the fused model, its pre-training and its fine-tuning, with the sizes `demo` and `full`.

The ladder's config file changes them by name under [rung.9] (and 6, 7, 8, 9b); configs/*.json are complete ones.
"""

from dataclasses import asdict, dataclass, fields, replace

from dataset import Refused
from fusion.encoder import EncoderConfig


@dataclass(frozen=True)
class Settings:
    # the encoder
    length: int = 384               # tokens of a document that are read
    embedding: int = 192
    width: int = 48
    heads: int = 2
    random_features: int = 16
    depth: int = 1
    distinct: int = 1
    vector: int = 192               # D: width of the text vector
    # the head
    bins: int = 8
    head_width: int = 128
    blocks: int = 1                 # residual blocks on top of the head
    peers: bool = True              # the head sees features less what is usual with the company's text
    dropout: float = 0.15
    event_branch: bool = False
    # pre-training
    latent: bool = True             # the token table begins with the directions in which documents differ (latent.py)
    layers: bool = False            # the encoder's layers take part; at rest a document's vector is made of sums over its tokens
    rest_steps: int = 600           # first, with the layers at rest
    rest_batch: int = 256
    rest_lr: float = 1e-3
    pretrain_steps: int = 300       # then with them, where they take part
    pretrain_batch: int = 128
    pretrain_lr: float = 2e-3
    head_steps: int = 5000          # then the head alone, over vectors that stay
    head_batch: int = 512
    head_rows: int = 2_000_000      # of so many rows at most
    masked: float = 0.15            # share of words that are hidden
    replaced: float = 0.05          # share of words that are another's
    hidden_fields: float = 0.15
    replaced_fields: float = 0.05
    weight_words: float = 1.0       # of each objective; 0 leaves it out
    weight_fields: float = 0.5
    weight_contrast: float = 0.2
    weight_detect: float = 0.5
    weight_usual: float = 1.0
    weight_next: float = 1.0
    redraw: int = 0                 # steps between new random projections; 0: never
    # fine-tuning
    probe_c: tuple = (0.0003, 0.001, 0.01, 0.1)    # the last layer begins as a logistic regression of the best of these strengths;
                                                   # empty: as it is
    head_epochs: int = 5            # over the rows with the encoder at rest
    head_lr: float = 3e-4
    tune_steps: int = 100           # with the encoder
    tune_batch: int = 256
    tune_lr: float = 5e-4
    decay_lr: float = 0.8           # each layer further from the logit learns this much slower
    weight_decay: float = 0.05
    blend: float = 0.5              # share of the way from the logistic regression to the fine-tuned weights that is gone in the end;
                                    # without that regression all of it
    positives: float = 0.2          # share of positives in a batch
    text_dropout: float = 0.15      # modality dropout: rows that pretend to have no text
    weight_hazard: float = 0.3      # of the discrete-time hazard beside the binary loss
    average: float = 0.98           # share of the mean of weights that a step keeps; 0: the last weights are judged
    checks: int = 25                # steps between looks at the validation rows
    patience: int = 6               # looks without a gain
    valid_rows: int = 10_000        # at most, all positives first
    # recipe switches (recipes.py), each off
    smoothing: float = 0.0          # label smoothing
    focal: float = 0.0              # focusing exponent gamma
    supervised_contrast: float = 0.0
    triplet: float = 0.0
    consistency: str = ""           # "uda" or "fixmatch" on unlabelled rows
    adversarial: float = 0.0        # FGM: length of the step on the embeddings
    finish: int = 0                 # steps of Lookahead + SGD at the end
    focus: bool = False             # weakest-fold focus
    keywords: int = 0               # keyword features: how many
    experts: int = 1                # mixture of experts
    # the run
    probe: bool = False             # run the denoising probe after pre-training
    compile: bool = False           # torch 2.x
    bf16: bool = False

    def pretraining(self) -> dict:
        """What pre-training depends on: all but the settings of fine-tuning and its recipes."""
        names = [f.name for f in fields(self)]
        apart = set(names[names.index("probe_c"): names.index("compile")]) - {"keywords", "experts", "text_dropout"}
        return {name: value for name, value in asdict(self).items() if name not in apart}

    def encoder(self, vocabulary: int) -> EncoderConfig:
        return EncoderConfig(vocabulary, self.length, self.embedding, self.width, self.heads, self.random_features, self.depth,
                             self.distinct, self.vector, keywords=self.keywords)


FULL = {
    "length": 384, "width": 256, "heads": 4, "random_features": 128, "depth": 6, "distinct": 3, "head_width": 256,
    "layers": True, "rest_steps": 4000, "pretrain_steps": 40_000, "head_steps": 20_000, "pretrain_batch": 512, "pretrain_lr": 1e-3,
    "redraw": 1000, "head_epochs": 5, "tune_steps": 6000, "tune_batch": 1024,
    "checks": 200, "patience": 10, "average": 0.999, "valid_rows": 60_000, "compile": True, "bf16": True,
}


def settings(given: dict) -> Settings:
    """Settings by name; an unknown name is refused."""
    known = {f.name for f in fields(Settings)}
    for name in given:
        if name not in known:
            raise Refused(f"the fused model has no setting {name}; allowed are {', '.join(sorted(known))}")
    if not 0 <= given.get("blend", 0) <= 1:
        raise Refused(f"blend is {given['blend']}; allowed is 0 to 1")
    return replace(Settings(), **given)


def defaults(**changed) -> dict:
    """All settings as a dictionary."""
    return {**asdict(Settings()), **changed}
