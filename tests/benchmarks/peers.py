# SPDX-License-Identifier: Apache-2.0
"""Sets this library beside published routers on the halves of `automix compare`, and prints tables in Markdown.

Logs of texts (`--text LOG`): the models of the log, chosen by the text and the data set of a query. The peer is
saverouter. Pairs of models with verdicts (`--pair LOG,SMALL,LARGE`): the peers are ucci-router and bargain. Promises
(`--promise LOG,SMALL,LARGE`): the same peers at the same targets, what they cost, and how often they miss. Streams
(`--stream LOG`): paretobandit with a budget per query.

Each router yields points of cost and score on the test half. A curve begins at the first model alone, runs through the
points in ascending order of cost, points of equal cost as their mean, and ends at the last model alone. No point is
chosen by its score. Curves are averaged over halves at equal cost; the cost at a score is read from the mean curve, and
its standard error is that of the jackknife over halves.
"""

import argparse
import collections
import csv
import io
import json
import math
import pathlib
import subprocess
import sys

import numpy as np
import scipy.stats

MASK = (1 << 64) - 1
SPLIT = 1  # the use of a hash that divides rows, see UniformUse in core/random.hpp
DRAWS = 8
PAIR_COSTS = (1.0, 50.0)
VERIFICATION_COST = 1.0


def mix_bits(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def split_hash(text, seed):
    """The number in [0, 1) by which `automix compare` and `--split hash:SHARE` divide rows."""
    state = 0xCBF29CE484222325 ^ mix_bits((seed ^ (SPLIT * 0xD1B54A32D192ED03)) & MASK)
    for byte in text.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    return (mix_bits(state) >> 11) * 2.0**-53


class Log:
    """The rows of a log, and scores and costs of the chosen models as arrays (rows x models)."""

    def __init__(self, path, names=None, costs=None):
        self.path = str(path)
        with open(path, encoding="utf-8") as lines:
            self.rows = [json.loads(line) for line in lines if line.strip()]
        self.names = names or [model["name"] for model in self.rows[0]["models"]]
        self.models = [[{m["name"]: m for m in row["models"]}[name] for name in self.names] for row in self.rows]
        self.scores = np.array([[m["score"] for m in models] for models in self.models], dtype=float)
        if costs is None:
            self.costs = np.array([[m["cost"] for m in models] for models in self.models], dtype=float)
        else:
            self.costs = np.tile(np.asarray(costs, dtype=float), (len(self.rows), 1))
        self.ids = [str(row["id"]) for row in self.rows]

    def half(self, seed):
        train = np.array([split_hash(text, seed) < 0.5 for text in self.ids])
        return np.flatnonzero(train), np.flatnonzero(~train)


class Half:
    """One division of a log: the curve of each router and the models alone, on the test rows."""

    def __init__(self, log, seed):
        self.log, self.seed = log, seed
        self.train, self.test = log.half(seed)
        self.alone = [(log.costs[self.test, m].mean(), log.scores[self.test, m].mean()) for m in range(len(log.names))]
        self.points = {}

    def check(self, alone):
        """Stops unless the program measured the same models alone, which it does on the same rows only."""
        for name, mine, other in zip(self.log.names, self.alone, alone, strict=True):
            if any(abs(a - b) > 1e-9 * max(1.0, abs(a)) for a, b in zip(mine, other)):
                sys.exit(f"{self.log.path}, seed {self.seed}: the program's test half is another: {name} {mine} {other}")

    def choose(self, choices):
        rows = np.arange(len(self.test))
        return (
            self.log.costs[self.test][rows, choices].mean(),
            self.log.scores[self.test][rows, choices].mean(),
        )

    def curve(self, name):
        return curve(self.points[name], self.alone)


def curve(points, alone):
    (small_cost, small_score), (large_cost, large_score) = alone[0], alone[-1]
    sums = collections.defaultdict(list)
    for cost, score in points:
        if small_cost < cost < large_cost:
            sums[float(cost)].append(score)
    costs = sorted(sums)
    return (
        np.array([small_cost, *costs, large_cost]),
        np.array([small_score, *(np.mean(sums[c]) for c in costs), large_score]),
    )


def area(points, alone):
    """The area of metrics/curve_area.hpp, in per cent."""
    costs, scores = curve(points, alone)
    (small_cost, small_score), (large_cost, large_score) = alone[0], alone[-1]
    shares = np.arange(1, 20) / 20
    gap = (np.interp(small_cost + shares * (large_cost - small_cost), costs, scores) - small_score) / (
        large_score - small_score
    )
    return 100 * np.mean(gap - shares)


def concave_hull(points):
    hull = []
    for point in sorted(points):
        while len(hull) > 1 and (hull[-1][1] - hull[-2][1]) * (point[0] - hull[-2][0]) <= (point[1] - hull[-2][1]) * (
            hull[-1][0] - hull[-2][0]
        ):
            hull.pop()
        hull.append(point)
    return hull


def run_automix(program, half, path, router, options):
    """Points of the policies of a router; checks that the program tested on the rows of this half."""
    command = [program, "frontier", path, "--models", ",".join(half.log.names), "--router", router, "--split", "hash:0.5"]
    command += ["--seed", str(half.seed), "--resamples", "1", "--format", "csv", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    points, alone = [], []
    for row in csv.DictReader(io.StringIO(done.stdout)):
        point = (float(row["cost"]), float(row["performance"]))
        if row["kind"] == "policy":
            points.append(point)
        elif row["kind"] == "model":
            alone.append(point)
    half.check(alone)
    return points


def run_saverouter(half, profile):
    """Points of saverouter's penalties on cost, with TF-IDF features of the text and the data sets as groups. A query of
    a data set without training rows takes the group that its text tells.

    Feedback is full where the log has no more models than the K of its profiles, 4. The second value is the frontier of
    its own evaluation, which chooses among three families of policies by the test rows.
    """
    from saverouter import FixedKSparseRouter, GroupAssigner, TextFeatureEncoder, simulate_fixed_k_supervision
    from saverouter.evaluation import evaluate_predictions
    from saverouter.profiles import get_profile

    log, train, test = half.log, half.train, half.test
    texts = [str(row.get("question", "")) for row in log.rows]
    names = sorted({log.rows[i].get("dataset", "") for i in train})
    groups = np.array([names.index(row["dataset"]) if row.get("dataset", "") in names else -1 for row in log.rows])
    settings = get_profile("llmrouterbench") if profile else {}
    keys = ("prior_strength", "prior_ridge_alpha", "residual_ridge_alpha", "residual_gamma", "min_model_observations")
    encoder = TextFeatureEncoder()
    features = encoder.fit_transform(texts=[texts[i] for i in train])
    feedback = simulate_fixed_k_supervision(
        log.scores[train], groups[train], costs=log.costs[train], k=min(4, len(log.names)), seed=42
    )
    router = FixedKSparseRouter(**{key: settings[key] for key in keys if key in settings}).fit(features, feedback)
    tested = encoder.transform(texts=[texts[i] for i in test])
    if (groups[test] < 0).any():
        assigner = GroupAssigner(strategy="labels")
        assigner.fit_predict(features, [names[group] for group in groups[train]])
        groups[test] = np.where(groups[test] < 0, assigner.predict(tested), groups[test])
    scores = router.predict_scores(tested, group_ids=groups[test])
    costs = router.predict_costs(tested, group_ids=groups[test])
    scale = router.global_costs_.max()
    penalties = np.r_[0.0, np.logspace(-4, 3, 200)]  # those of its own evaluation
    points = [half.choose(np.argmax(scores - penalty * costs / scale, axis=1)) for penalty in penalties]
    own = evaluate_predictions(
        scores,
        costs,
        log.scores[test],
        log.costs[test],
        supervision_cost=float(feedback.costs.sum()),
        global_predicted_cost=router.global_costs_,
    )["frontier"]
    return points, [(point["cost"], point["quality"]) for point in own]


def confidence(models):
    return float(np.mean(models[0]["verdicts"][:DRAWS]))


def run_ucci(half):
    """Points of all thresholds of ucci's grid. The training half calibrates, since no threshold needs to be chosen."""
    from ucci import UCCIRouter
    from ucci.policy import DEFAULT_GRID

    log, train, test = half.log, half.train, half.test
    doubt = np.array([1.0 - confidence(models) for models in log.models])
    router = UCCIRouter(PAIR_COSTS[0] + VERIFICATION_COST, PAIR_COSTS[1], cost_model="sequential")
    router.calibrate(doubt[train], 1.0 - log.scores[train, 0])
    points = []
    for theta in DEFAULT_GRID:
        router.theta = float(theta)
        result = router.evaluate(doubt[test], log.scores[test, 0], log.scores[test, 1])
        points.append((result.cost, result.accuracy))
    return points


def run_bargain(half, seeds):
    """Points of BARGAIN_A for targets of agreement with the large model. It learns from the rows that it processes."""
    points = []
    for target in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98):
        runs = [bargain_run(half, target, 0.1, seed) for seed in range(seeds)]
        points.append(tuple(np.mean(runs, axis=0)))
    return points


def bargain_run(half, target, delta, seed):
    """Cost and score of BARGAIN_A on the test rows for one target of agreement with the large model."""
    from BARGAIN import BARGAIN_A, Oracle, Proxy

    log, test = half.log, half.test
    answers = {str(i): [m["answer"] for m in log.models[i]] for i in test}

    class LoggedProxy(Proxy):
        def proxy_func(self, input):
            return str(answers[str(input)][0]), confidence(log.models[int(input)])

    class LoggedOracle(Oracle):
        def oracle_func(self, input, proxy_output):
            return str(answers[str(input)][1]) == str(proxy_output), str(answers[str(input)][1])

    process = BARGAIN_A(
        LoggedProxy(verbose=False, max_workers=1),
        LoggedOracle(verbose=False, max_workers=1),
        target=target,
        delta=delta,
        verbose=False,
        seed=seed,
    )
    _, asked = process.process([str(i) for i in test], return_oracle_usage=True)
    asked = np.array(asked)
    score = np.where(asked, log.scores[test, 1], log.scores[test, 0]).mean()
    return PAIR_COSTS[0] + VERIFICATION_COST + PAIR_COSTS[1] * asked.mean(), score


def write_confidences(log, path):
    """The log of a pair with the confidence of the first verdicts in place of the verdicts."""
    with open(path, "w", encoding="utf-8") as out:
        for row, (small, large) in zip(log.rows, log.models):
            kept = {key: row[key] for key in ("schema", "id", "dataset", "question") if key in row}
            models = [
                {"name": small["name"], "score": small["score"], "confidence": confidence([small])},
                {"name": large["name"], "score": large["score"]},
            ]
            out.write(json.dumps({**kept, "models": models}) + "\n")


class MeanCurves:
    """Curves of all routers at the same costs, averaged over halves."""

    def __init__(self, halves):
        low = max(half.alone[0][0] for half in halves)
        high = min(half.alone[-1][0] for half in halves)
        self.costs = np.geomspace(low, high, 20000)
        self.scores = {
            name: np.array([np.interp(self.costs, *half.curve(name)) for half in halves]) for name in halves[0].points
        }

    def cost_at(self, name, score, without=None):
        rows = self.scores[name]
        mean = (rows if without is None else np.delete(rows, without, axis=0)).mean(axis=0)
        reached = np.flatnonzero(mean >= score)
        if reached.size == 0:
            return math.nan
        i = reached[0]
        if i == 0:
            return self.costs[0]
        share = (score - mean[i - 1]) / (mean[i] - mean[i - 1])
        return self.costs[i - 1] + share * (self.costs[i] - self.costs[i - 1])

    def ratio(self, name, base, score):
        halves = len(self.scores[name])
        left_out = [self.cost_at(name, score, i) / self.cost_at(base, score, i) for i in range(halves)]
        return self.cost_at(name, score) / self.cost_at(base, score), jackknife(left_out)


def jackknife(values):
    values = np.asarray(values)
    return math.sqrt((len(values) - 1) / len(values) * ((values - values.mean()) ** 2).sum())


def mean_and_error(values):
    return np.mean(values), np.std(values, ddof=1) / math.sqrt(len(values))


def interval(values):
    """95 % interval of a mean over random halves of one log. Halves share rows, so the variance counts (1/J + 1) times
    that between halves in place of 1/J (Nadeau and Bengio 2003)."""
    count = len(values)
    width = scipy.stats.t.ppf(0.975, count - 1) * math.sqrt((1 / count + 1) * np.var(values, ddof=1))
    return np.mean(values) - width, np.mean(values) + width


def number(value, digits=3):
    if math.isnan(value):
        return "-"
    return f"{value:.{digits}g}" if value < 0.1 else f"{value:.{digits}f}" if value < 10 else f"{value:.1f}"


def print_ratios(title, halves, base, levels):
    """Prints the area of each router, and the cost at each level of score with its ratio to the cost of `base`."""
    curves = MeanCurves(halves)
    print(f"\n{title}\n")
    print("| router | area | " + " | ".join(f"{label} ({score:.4f})" for label, score in levels) + " |")
    print("|---|---:|" + "---:|" * len(levels))
    for name in halves[0].points:
        mean, error = mean_and_error([area(half.points[name], half.alone) for half in halves])
        cells = [f"{mean:.1f} ({error:.1f})"]
        for _, score in levels:
            cost = curves.cost_at(name, score)
            if math.isnan(cost):
                cells.append("not reached")
            elif name == base or math.isnan(curves.cost_at(base, score)):
                cells.append(number(cost))
            else:
                ratio, error = curves.ratio(name, base, score)
                cells.append(f"{number(cost)}: {ratio:.2f} ({error:.2f})")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def print_budget(halves, base, budget, own):
    """Prints scores at a mean cost, and the difference of `base` to each with its interval."""
    at = {name: [np.interp(budget, *half.curve(name)) for half in halves] for name in halves[0].points}
    for m, name in enumerate(halves[0].log.names):
        cost = np.mean([half.alone[m][0] for half in halves])
        at[f"always {name}, at {number(cost)}"] = [half.alone[m][1] for half in halves]
    for name, frontiers in own.items():
        at[f"{name}, policy chosen by the test rows"] = [
            max(score for cost, score in frontier if cost <= budget) for frontier in frontiers
        ]
    print(f"\nAt a mean cost of {budget}\n")
    print(f"| router | score | {base} less this | 95 % interval |\n|---|---:|---:|---:|")
    for name, scores in at.items():
        mean, error = mean_and_error(scores)
        difference = np.subtract(at[base], scores)
        low, high = interval(difference)
        cells = "| | |" if name == base else f"| {np.mean(difference):+.4f} | {low:+.4f} to {high:+.4f} |"
        print(f"| {name} | {mean:.4f} ({error:.4f}) {cells}", flush=True)


def levels_of(halves):
    """Scores at which costs are compared: shares of the gap between first and last model."""
    small = np.mean([half.alone[0][1] for half in halves])
    large = np.mean([half.alone[-1][1] for half in halves])
    return [(f"{share} % of the gap", small + share / 100 * (large - small)) for share in (50, 75, 90, 95)]


def title_of(log, count):
    return f"{pathlib.Path(log.path).stem}, {' -> '.join(log.names)}: {len(log.rows)} queries, {count} halves"


def compare_texts(program, path, arguments):
    log = Log(path)
    halves, own = [], collections.defaultdict(list)
    verified = any("verdicts" in models[0] for models in log.models)
    for seed in range(arguments.halves):
        half = Half(log, seed)
        context = ["--context", arguments.context]
        half.points["automix pomdp"] = run_automix(program, half, log.path, "pomdp", context)
        if verified:
            half.points["context_only"] = run_automix(program, half, log.path, "context_only", context)
            half.points["automix pomdp, no context"] = run_automix(program, half, log.path, "pomdp", ["--context", "none"])
        for name, profile in (("saverouter", False), ("saverouter, profile llmrouterbench", True)):
            half.points[name], frontier = run_saverouter(half, profile)
            own[name].append(frontier)
        half.points["models alone, mixed"] = concave_hull(half.alone)
        halves.append(half)
        print(f"{log.path}: half {seed + 1} of {arguments.halves}", file=sys.stderr)
    print_ratios(title_of(log, len(halves)), halves, "automix pomdp", levels_of(halves))
    if arguments.budget:
        print_budget(halves, "automix pomdp", arguments.budget, own)


def compare_pair(program, pair, arguments):
    path, small, large = pair.rsplit(",", 2)
    log = Log(path, [small, large], PAIR_COSTS)
    folder = pathlib.Path(arguments.build_dir)
    folder.mkdir(parents=True, exist_ok=True)
    confidences = folder / f"{pathlib.Path(path).stem}_{small}_confidence.jsonl"
    write_confidences(log, confidences)
    prices = ["--costs", ",".join(f"{cost:g}" for cost in PAIR_COSTS)]
    whole = [*prices, "--verification-cost", f"{VERIFICATION_COST:g}"]
    drawn = [*prices, "--draw-cost", f"{VERIFICATION_COST / DRAWS:g}", "--max-draws", str(DRAWS)]
    none, best = ["--context", "none"], ["--context", arguments.context]
    halves = []
    for seed in range(arguments.halves):
        half = Half(log, seed)
        half.points["automix pomdp"] = run_automix(program, half, log.path, "pomdp", drawn + best)
        half.points["automix pomdp, no context"] = run_automix(program, half, log.path, "pomdp", drawn + none)
        half.points["automix pomdp, confidence alone"] = run_automix(
            program, half, str(confidences), "pomdp", whole + none
        )
        half.points["context_only"] = run_automix(program, half, log.path, "context_only", prices + best)
        half.points["ucci-router"] = run_ucci(half)
        half.points["bargain"] = run_bargain(half, seeds=3)
        half.points["models alone, mixed"] = concave_hull(half.alone)
        halves.append(half)
        print(f"{log.path}: half {seed + 1} of {arguments.halves}", file=sys.stderr)
    print_ratios(title_of(log, len(halves)), halves, "automix pomdp", levels_of(halves))


def automix_objective(program, half, objective, options):
    """Cost and score on the test rows of the policy for an objective."""
    command = [program, "evaluate", half.log.path, "--models", ",".join(half.log.names), "--router", "pomdp"]
    command += ["--split", "hash:0.5", "--seed", str(half.seed), "--resamples", "1", "--format", "json"]
    command += ["--objective", objective, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    test = json.loads(done.stdout)["routers"][0]["test"]
    return test["cost"], test["performance"]


def ucci_target(half, share):
    """ucci-router with its threshold chosen on a half of the training rows for a share of the large model's score there.
    Without a feasible threshold the large model answers."""
    from ucci import UCCIRouter
    from ucci.policy import InfeasibleTargetError

    log, test = half.log, half.test
    parts = half.train[::2], half.train[1::2]
    doubt = np.array([1.0 - confidence(models) for models in log.models])
    router = UCCIRouter(PAIR_COSTS[0] + VERIFICATION_COST, PAIR_COSTS[1], cost_model="sequential")
    router.calibrate(doubt[parts[0]], 1.0 - log.scores[parts[0], 0])
    tau = share * log.scores[parts[1], 1].mean()
    try:
        router.choose_threshold(doubt[parts[1]], log.scores[parts[1], 0], log.scores[parts[1], 1], tau)
    except InfeasibleTargetError:
        return PAIR_COSTS[1], log.scores[test, 1].mean()
    result = router.evaluate(doubt[test], log.scores[test, 0], log.scores[test, 1])
    return result.cost, result.accuracy


def compare_promise(program, promise, arguments):
    """Prints cost, share of the large model's score, and how many halves miss the target, for each router."""
    path, small, large = promise.rsplit(",", 2)
    log = Log(path, [small, large], PAIR_COSTS)
    prices = ["--costs", ",".join(f"{cost:g}" for cost in PAIR_COSTS)]
    prices += ["--draw-cost", f"{VERIFICATION_COST / DRAWS:g}", "--max-draws", str(DRAWS), "--context", arguments.context]
    delta = 0.1
    print(f"\n{title_of(log, arguments.halves)}\n")
    print("| router | target | cost | share of the large model's score | halves below the target |\n|---|---:|---:|---:|---:|")
    for target in (0.9, 0.95):
        found = collections.defaultdict(list)
        for seed in range(arguments.halves):
            half = Half(log, seed)
            proven = f"promise:quality={target:g},confidence={1 - delta:g}"
            found["automix pomdp, promise"].append(
                automix_objective(program, half, proven, [*prices, "--calibrate-share", "0.5"])
            )
            found["automix pomdp, quality"].append(automix_objective(program, half, f"quality={target:g}", prices))
            found["ucci-router"].append(ucci_target(half, target))
            found["bargain"].append(tuple(np.mean([bargain_run(half, target, delta, s) for s in range(3)], axis=0)))
            found["always large"].append(half.alone[-1])
        last = np.array([score for _, score in found["always large"]])
        for name, points in found.items():
            cost, error = mean_and_error([cost for cost, _ in points])
            shares = np.array([score for _, score in points]) / last
            share, share_error = mean_and_error(shares)
            missed = np.mean(shares < target)
            print(
                f"| {name} | {target:g} | {number(cost)} ({number(error)}) | {share:.3f} ({share_error:.3f}) | {missed:.2f} |",
                flush=True,
            )


def run_paretobandit(log, train, order, budget, seed):
    """Scores and costs of paretobandit on a stream: features of the text by TF-IDF and PCA, priors of the training rows as
    its documentation recommends (`generate_warmup_priors`), a budget pacer with its defaults, and the score of every
    answer as feedback."""
    import hashlib
    import logging
    import tempfile

    from pareto_bandit import BanditRouter
    from pareto_bandit.budget_pacer import BudgetPacer
    from pareto_bandit.calibration import generate_warmup_priors
    from pareto_bandit.feature_service import FeatureService
    from sklearn.decomposition import PCA, TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    logging.disable(logging.WARNING)
    texts = [f"{row.get('dataset', '')} {row.get('question', '')}" for row in log.rows]
    words = TfidfVectorizer(sublinear_tf=True, min_df=2)
    found = words.fit_transform([texts[i] for i in train])
    size = min(200, min(found.shape) - 1)
    svd = TruncatedSVD(size, random_state=0).fit(found)
    dense = svd.transform(words.transform(texts))
    pca = PCA(min(25, size), random_state=0).fit(dense[train])
    rewards = [
        {"prompt": str(i), "rewards": dict(zip(log.names, map(float, log.scores[i])))} for i in train
    ]
    raw = {hashlib.sha256(str(i).encode()).hexdigest(): dense[i] for i in train}
    registry = {
        name: {"input_cost_per_m": price, "output_cost_per_m": price, "time_to_first_token_seconds": 0.5}
        for name, price in zip(log.names, 1000.0 * log.costs[train].mean(axis=0))
    }
    features = pca.transform(dense) / np.sqrt(np.maximum(pca.explained_variance_, 1e-12))
    features = np.hstack([features, np.ones((len(features), 1))])  # the bias, which the priors have too
    with tempfile.TemporaryDirectory() as folder:
        priors = f"{folder}/priors.joblib"
        generate_warmup_priors(rewards, "none", pca, output_path=priors, precomputed_raw_embeddings=raw)
        router = BanditRouter.create(
            model_registry=registry,
            feature_service=FeatureService.for_precomputed(dimension=features.shape[1]),
            priors=priors,
            bandit_seed=seed,
            budget_pacer=BudgetPacer(budget),
        )
    scores, costs = [], []
    for i in order:
        name, entry = router.route(features[i])
        model = log.names.index(name)
        entry.cost_usd = float(log.costs[i, model])
        router.process_feedback(entry.request_id, reward=float(log.scores[i, model]))
        scores.append(log.scores[i, model])
        costs.append(log.costs[i, model])
    return np.array(scores), np.array(costs)


def compare_stream(stream, arguments):
    """Prints what paretobandit does on streams of 2,000 queries of the test half, in random order and all queries first
    that the cheapest model answers worst. tests/stream/paced_router_test.cpp prints this library's figures."""
    path, *names = stream.split(",")
    log = Log(path, names or None)
    train, test = log.half(0)
    queries, window = 2000, 500
    print(f"\n{pathlib.Path(path).stem}: paretobandit on {queries} queries\n")
    print("| budget | order | cost over the budget | dearest window of 500 over its budget | score |\n|---:|---|---:|---:|---:|")
    means = log.costs[train].mean(axis=0)
    for part in (0.2, 0.5, 0.8):
        budget = arguments.stream_budget or means.min() + part * (means.max() - means.min())
        for order_name, orders in (("random", 5), ("hard first", 1)):
            rows = []
            for seed in range(orders):
                random = np.random.default_rng(seed)
                order = np.concatenate([random.permutation(test) for _ in range(queries // len(test) + 1)])[:queries]
                if order_name != "random":
                    order = order[np.argsort(log.scores[order, 0], kind="stable")]
                scores, costs = run_paretobandit(log, train, order, budget, seed)
                sums = np.convolve(costs, np.ones(window), mode="valid")
                rows.append((costs.mean() / budget - 1, sums.max() / (budget * window) - 1, scores.mean()))
            off, most, score = np.mean(rows, axis=0)
            print(f"| {number(budget)} | {order_name} | {100 * off:+.1f} % | {100 * most:+.1f} % | {score:.4f} |", flush=True)
        if arguments.stream_budget:
            break


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the automix program")
    parser.add_argument("--text", action="append", default=[], metavar="LOG", help="a log of texts and data sets")
    parser.add_argument("--pair", action="append", default=[], metavar="LOG,SMALL,LARGE", help="a pair with verdicts")
    parser.add_argument("--promise", action="append", default=[], metavar="LOG,SMALL,LARGE", help="a pair with verdicts")
    parser.add_argument("--stream", action="append", default=[], metavar="LOG[,MODEL..]", help="a log of texts and prices")
    parser.add_argument("--stream-budget", type=float, help="mean cost of a query of a stream")
    parser.add_argument("--context", default="best", help="the option --context of automix (default: best)")
    parser.add_argument("--budget", type=float, help="mean cost at which scores of logs of texts are compared")
    parser.add_argument("--halves", type=int, default=20)
    parser.add_argument("--build-dir", default="build/benchmarks", help="where logs of confidences go")
    arguments = parser.parse_args()
    if arguments.halves < 2:
        parser.error("--halves: expected at least 2, as standard errors need")
    for path in arguments.text:
        compare_texts(arguments.program, path, arguments)
    for pair in arguments.pair:
        compare_pair(arguments.program, pair, arguments)
    for promise in arguments.promise:
        compare_promise(arguments.program, promise, arguments)
    for stream in arguments.stream:
        compare_stream(stream, arguments)


if __name__ == "__main__":
    main()
