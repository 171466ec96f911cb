#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients from PyPI at the gateway, over the small models of examples/models on this machine.

  clients.py PROGRAM SOURCE_DIR

Checks that `openai` (sync, async, streamed), `litellm`, `langchain-openai` and `curl` get what `automix answer` gives for the
same query, id and seed; that errors reach them as their own exceptions; that tools pass; and that the log has each request
once. Prints `skipped: ...` where the packages or the models' server cannot be installed.
"""
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PACKAGES = ["openai==3.57.0", "litellm==1.110.2", "langchain-openai==1.7.4"]
SERVER = "xllamacpp==2026.10.11549"


def require(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")
    print(f"ok: {what}")


def enter_environment(source):
    """Runs this script again by the Python that has the packages."""
    folder = source / "build" / "clients" / "venv"
    python = folder / "bin" / "python3"
    if Path(sys.prefix).resolve() == folder.resolve():
        return
    probe = "import langchain_openai, litellm, openai, xllamacpp"
    if not python.exists() or subprocess.run([python, "-c", probe], capture_output=True).returncode != 0:
        venv.create(folder, with_pip=True, clear=True)
        done = subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES, SERVER],
                              capture_output=True, text=True)
        if done.returncode != 0:
            print(f"skipped: the clients cannot be installed\n{done.stderr}")
            sys.exit(0)
    os.execv(python, [str(python), *sys.argv])


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Gateway:
    """`automix serve` over servers of two models."""

    def __init__(self, program, source, folder):
        self.program, self.source, self.folder = program, source, folder
        self.log = folder / "requests.jsonl"

    def __enter__(self):
        sys.path.insert(0, str(self.source / "tests" / "live"))
        import model_server

        self.errors = (self.folder / "servers.log").open("w")
        self.servers = [model_server.start(sys.executable, self.source, model, self.errors)
                        for model in ("automix-mini", "automix-large")]
        models = json.loads((self.source / "examples" / "models" / "models.json").read_text())
        models["models"] = [models["models"][0], models["models"][2]]
        for model, server in zip(models["models"], self.servers):
            model["base_url"] = f"http://127.0.0.1:{model_server.port_of(server)}/v1"
            # Clients send the whole prompt.
            model["prompts"]["answer"] = "{question}"
            for prompts in model["prompts"].values():
                if "verify" in prompts:
                    prompts["verify"] = prompts["verify"].replace("Context: {context}\nQuestion: {question}", "{question}")
        self.models = self.folder / "models.json"
        self.models.write_text(json.dumps(models))
        data = [self.source / "examples" / "data" / f"{task}.jsonl" for task in ("moves", "dates", "clauses")]
        self.policy = self.folder / "policy.json"
        run(self.program, "train", *data, "--train-split", "train", "--models", "automix-mini,automix-large",
            "--costs", "1,8.5", "--draw-cost", "0.5", "--context", "none", "--out", self.policy)
        environment = {**os.environ, "AUTOMIX_TEST_KEY": "the-key-of-the-gateway"}
        self.process = subprocess.Popen(
            [self.program, "serve", "--policy", self.policy, "--models", self.models, "--port", "0", "--log", self.log,
             "--api-key-env", "AUTOMIX_TEST_KEY"], stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        if "http://" not in line:
            sys.exit("failed: the gateway does not start")
        self.url = line[line.index("http://"):].strip()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.code = self.process.wait(timeout=30)
        for server in self.servers:
            server.terminate()
            server.wait(timeout=30)
        self.errors.close()


def questions(source):
    """Nine prompts as the models were trained on them, with their data sets."""
    found = []
    for task in ("moves", "dates", "clauses"):
        rows = map(json.loads, (source / "examples" / "data" / f"{task}.jsonl").read_text().splitlines())
        for row in [row for row in rows if row["split"] == "test"][:3]:
            prompt = f"Answer from the context.\n\nContext: {row['context']}\nQuestion: {row['question']}"
            found.append({"id": row["id"], "question": prompt, "dataset": task})
    return found


def expected_answers(gateway, asked):
    queries = gateway.folder / "queries.jsonl"
    queries.write_text("".join(json.dumps(query) + "\n" for query in asked))
    lines = run(gateway.program, "answer", "--policy", gateway.policy, "--models", gateway.models, "--queries", queries)
    return {answer["id"]: answer for answer in map(json.loads, lines.splitlines())}


def messages(query):
    return [{"role": "user", "content": query["question"]}]


def options(query, id_suffix=""):
    return {"extra_headers": {"X-Request-Id": query["id"] + id_suffix},
            "extra_body": {"automix": {"dataset": query["dataset"]}}}


def check_openai(gateway, asked, expected):
    import openai

    client = openai.OpenAI(base_url=gateway.url, api_key="the-key-of-the-gateway")
    models = set()
    for query in asked:
        answer = expected[query["id"]]
        got = client.chat.completions.create(model="automix", messages=messages(query), **options(query))
        models.add(got.model)
        own = got.model_extra["automix"]
        same = (got.choices[0].message.content == answer["answer"] and got.model == answer["model"] and
                own["verdicts"] == answer["verdicts"] and own["cost"] == answer["cost"])
        if not same:
            sys.exit(f"failed: openai got {got}, automix answer {answer}")
        if got.usage.total_tokens <= 0:
            sys.exit(f"failed: usage {got.usage}")
    require(len(models) == 2, f"openai: {len(asked)} answers as automix answer gives them, of both models, costs and all")

    query = asked[0]
    text, last = "", None
    with client.chat.completions.create(model="automix", messages=messages(query), stream=True,
                                        stream_options={"include_usage": True}, **options(query, "s")) as stream:
        for event in stream:
            if event.choices:
                text += event.choices[0].delta.content or ""
            last = event
    require(text == expected[query["id"]]["answer"] and last.usage.total_tokens > 0, "openai: a stream with the same answer, and usage")

    raw = client.chat.completions.with_raw_response.create(model="automix", messages=messages(query), **options(query, "r"))
    require(raw.headers["x-request-id"] == query["id"] + "r" and raw.parse().id == f"chatcmpl-{query['id']}r",
            "openai: the id comes back")
    require([model.id for model in client.models.list()][0] == "automix", "openai: the list of models")

    quality = client.chat.completions.create(model="automix:quality=0.9", messages=messages(query), **options(query, "q"))
    require(quality.choices[0].message.content, "openai: another objective")
    named = client.chat.completions.create(model="automix-large", messages=messages(query), max_tokens=3, **options(query, "n"))
    require(named.model == "automix-large" and named.usage.completion_tokens <= 3, "openai: a model by its name, within max_tokens")
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    passed = client.chat.completions.create(model="automix", messages=messages(query), tools=[tool], tool_choice="auto",
                                            **options(query, "t"))
    require(passed.model == "automix-large" and passed.model_extra["automix"]["unverified"], "openai: tools pass, marked")

    for error, arguments in [(openai.BadRequestError, {"model": "automix", "temperature": 9}),
                             (openai.NotFoundError, {"model": "gpt-4"})]:
        try:
            client.chat.completions.create(messages=messages(query), **arguments)
            require(False, f"openai: {error.__name__}")
        except error as found:
            require(found.body["message"] and found.param in ("temperature", "model"), f"openai: {error.__name__}")
    try:
        openai.OpenAI(base_url=gateway.url, api_key="other").models.list()
        require(False, "openai: AuthenticationError")
    except openai.AuthenticationError:
        require(True, "openai: AuthenticationError")


async def check_async(gateway, asked, expected):
    import openai

    async with openai.AsyncOpenAI(base_url=gateway.url, api_key="the-key-of-the-gateway") as client:
        got = await asyncio.gather(*(client.chat.completions.create(model="automix", messages=messages(query),
                                                                    **options(query, "a")) for query in asked))
        stream = await client.chat.completions.create(model="automix", messages=messages(asked[0]), stream=True,
                                                      **options(asked[0], "as"))
        text = "".join([event.choices[0].delta.content or "" async for event in stream])
    # Answers are drawn at temperature 0. Which model gives them depends on the id, and here on nothing else.
    require(all(one.choices[0].message.content == expected[query["id"]]["answer"] for one, query in zip(got, asked)) and
            text == expected[asked[0]["id"]]["answer"], "openai, async: the same answers at once, and streamed")


def check_litellm(gateway, asked, expected):
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    litellm.telemetry = False
    for query in asked[:3]:
        common = {"model": "openai/automix", "api_base": gateway.url, "api_key": "the-key-of-the-gateway",
                  "messages": messages(query)}
        got = litellm.completion(**common, **options(query, "l"))
        text = "".join(event.choices[0].delta.content or "" for event in litellm.completion(**common, stream=True, **options(query, "ls")))
        answer = expected[query["id"]]["answer"]
        if got.choices[0].message.content != answer or text != answer:
            sys.exit(f"failed: litellm got {got} and {text!r}, expected {answer!r}")
    require(True, "litellm: the same answers, whole and streamed")


def check_langchain(gateway, asked, expected):
    from langchain_core.messages import HumanMessage
    from langchain_openai import ChatOpenAI

    for query in asked[:3]:
        def model(suffix):
            return ChatOpenAI(model="automix", base_url=gateway.url, api_key="the-key-of-the-gateway",
                              default_headers={"X-Request-Id": query["id"] + suffix},
                              extra_body={"automix": {"dataset": query["dataset"]}})

        got = model("c").invoke([HumanMessage(query["question"])])
        text = "".join(part.text for part in model("cs").stream([HumanMessage(query["question"])]))
        answer = expected[query["id"]]["answer"]
        if got.content != answer or text != answer or got.usage_metadata["total_tokens"] <= 0:
            sys.exit(f"failed: langchain got {got} and {text!r}, expected {answer!r}")
    require(True, "langchain-openai: the same answers, whole and streamed, with usage")


def check_curl(gateway, asked, expected):
    query = asked[0]
    body = {"model": "automix", "messages": messages(query), "automix": {"dataset": query["dataset"], "explain": True}}
    key = "Authorization: Bearer the-key-of-the-gateway"
    got = json.loads(run("curl", "--silent", "--fail-with-body", f"{gateway.url}/chat/completions", "-H", key,
                         "-H", "Content-Type: application/json", "-H", f"X-Request-Id: {query['id']}k", "-d", json.dumps(body)))
    require(got["choices"][0]["message"]["content"] == expected[query["id"]]["answer"] and got["automix"]["explanation"],
            "curl: the same answer, explained")
    feedback = json.dumps({"id": query["id"], "score": 1.0})
    run("curl", "--silent", "--fail-with-body", f"{gateway.url}/feedback", "-H", key, "-d", feedback)
    metrics = run("curl", "--silent", "--fail-with-body", gateway.url.replace("/v1", "/metrics"), "-H", key)
    require('automix_answers_total{model="automix-mini"}' in metrics and "automix_request_seconds_count" in metrics, "curl: metrics")


def check_log(gateway):
    lines = [json.loads(line) for line in gateway.log.read_text().splitlines()]
    ids = [line["id"] for line in lines if "id" in line]
    require(len(ids) == len(set(ids)) > 30 and sum("score_of" in line for line in lines) == 1, f"the log has each of {len(ids)} requests once, and the score")
    require(gateway.code == 0, "the gateway ends well")
    require("the-key-of-the-gateway" not in gateway.log.read_text(), "no key stands in the log")


def main():
    program, source = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    enter_environment(source)
    asked = questions(source)
    with tempfile.TemporaryDirectory() as folder:
        with Gateway(program, source, Path(folder)) as gateway:
            expected = expected_answers(gateway, asked)
            check_openai(gateway, asked, expected)
            asyncio.run(check_async(gateway, asked, expected))
            check_litellm(gateway, asked, expected)
            check_langchain(gateway, asked, expected)
            check_curl(gateway, asked, expected)
        check_log(gateway)


main()
