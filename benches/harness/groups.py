"""What is measured, a group at a time. Subject and limit take turns, so that both see the same machine."""

import statistics

from .conference import Client, Conference
from .machine import Load, Service, load, say

AT_LEAST, AT_MOST = "at least", "at most"
DRAFT = "the organiser's draft of it, which is drawn by query per request and sent uncompressed"


class Run:
    """The settings of a run, and its rows so far."""

    def __init__(self, lab, seconds, rounds, stores, rows):
        self.lab, self.seconds, self.rounds, self.stores, self.many = lab, seconds, rounds, stores, rows
        self.rows, self.most_memory = [], {}

    def row(self, group, what, unit, measured, limit, limited_by, aim=None, sense=AT_LEAST):
        """Notes a row of pairs, one a round: medians of both, and the median of the rounds' ratios."""
        ratio = statistics.median(one / other for one, other in zip(measured, limit))
        met = None
        if aim is not None:
            met = ratio >= aim if sense == AT_LEAST else ratio <= aim
        self.rows.append({
            "group": group, "what": what, "unit": unit, "measured": round(statistics.median(measured), 3),
            "limit": round(statistics.median(limit), 3), "limited_by": limited_by, "ratio": round(ratio, 3),
            "sense": sense, "aim": aim, "met": met, "rounds": [
                [round(one, 3), round(other, 3)] for one, other in zip(measured, limit)]})
        say(f"  {what}: {statistics.median(measured):.1f} {unit}, ratio {ratio:.2f}")

    def pairs(self, subject, limit):
        """Both in turns, `rounds` times."""
        measured = [(subject(), limit()) for _ in range(self.rounds)]
        return [one for one, _ in measured], [other for _, other in measured]

    def rate(self, url, headers=()):
        return load(url, self.seconds, headers=headers)["rate"]

    def note_memory(self, name, service):
        most, now = service.memory()
        self.most_memory[name] = {"most_mib": round(most, 1), "after_mib": round(now, 1)}
        say(f"  memory of {name}: {most:.1f} MiB at most, {now:.1f} MiB after")


def reads(run):
    """Public reads to a bare server of the same bytes."""
    service = Service(run.lab, run.lab.sqlite("reads")).start()
    conference = Conference(service)
    client = Client(service.address)
    session = client.get(f"{conference.public}/sessions", limit=1)["items"][0]["slug"]
    programme, brotli = f"{conference.public}/programme", "Accept-Encoding: br"

    def to_static(name, path, aim=None, accept=(), known=False):
        asked = dict(header.split(": ") for header in accept)
        answer, body = client.send("GET", path, headers=asked)
        static = run.lab.static(f"{len(run.rows)}.body", body, answer.headers)
        own = [*accept, f"If-None-Match: {answer.headers['ETag']}"] if known else accept
        bare = [*accept, 'If-None-Match: "static"'] if known else accept
        pairs = run.pairs(lambda: run.rate(service.address + path, own), lambda: run.rate(static, bare))
        size = "304" if known else f"{len(body) / 1000:.1f} kB"
        run.row("reads", f"{name} ({size})", "requests/s", *pairs, "the same from a bare actix-web", aim)
        return pairs[0]

    load(service.address + programme, 1, headers=[brotli])  # warm
    compressed = to_static("programme, br", programme, 0.85, accept=[brotli])
    to_static("programme, known already", programme, 0.85, accept=[brotli], known=True)
    to_static("programme, uncompressed", programme)
    draft = f"{service.address}{conference.own}/programme"
    key = [f"Authorization: Bearer {conference.token}"]
    pairs = run.pairs(lambda: run.rate(service.address + programme), lambda: run.rate(draft, key))
    run.row("reads", "programme, uncompressed, to one by query", "requests/s", *pairs,
            DRAFT, 40)
    run.row("reads", "programme, br, to one by query", "requests/s", compressed, pairs[1], DRAFT)
    to_static("one session", f"{conference.public}/sessions/{session}", 0.5)
    to_static("tickets", f"{conference.public}/tickets", 0.5)
    to_static("what is on now", f"{conference.public}/now", 0.5)
    run.note_memory("reads on SQLite", service)
    service.stop()


def sqlite(run):
    """Acknowledged registrations to what the disk and the store can do."""
    together = Service(run.lab, run.lab.sqlite("together")).start()
    alone = Service(run.lab, run.lab.sqlite("alone"), batch=1).start()
    many, single = Conference(together), Conference(alone)
    bare = Service(run.lab, run.lab.sqlite("bare")).start()
    copied = Conference(bare, sessions=0)
    copied.counted(copied.register(1, most=1, threads=1, connections=1))
    bare.stop()
    seen = {"together": [], "alone": [], "disk": [], "bare": []}
    for _ in range(run.rounds):
        seen["disk"].append(run.lab.limit("fdatasync", run.lab.folder, run.seconds))
        seen["together"].append(many.counted(many.register(run.seconds)))
        seen["bare"].append(run.lab.limit("group-commit", run.lab.folder / "bare/kongress.db", run.seconds))
        seen["alone"].append(single.counted(single.register(run.seconds)))
    many.check()
    single.check()
    rate = [one["rate"] for one in seen["together"]]
    name = "registrations on SQLite"
    run.row("sqlite", f"{name}, to the disk", "acknowledged/s", rate, seen["disk"], "fdatasync/s of the disk", 1.0)
    run.row("sqlite", f"{name}, to a commit each", "acknowledged/s", rate, [one["rate"] for one in seen["alone"]],
            "a transaction per request", 3)
    run.row("sqlite", f"{name}, to the bare rows", "acknowledged/s", rate, seen["bare"], "the bare group commit of the same rows")
    run.row("sqlite", "p99 of registrations on SQLite", "ms", [one["p99_ms"] for one in seen["together"]],
            [one["p99_ms"] for one in seen["alone"]], "a transaction per request", 0.5, AT_MOST)
    run.note_memory("registrations on SQLite", together)
    alone.stop()
    together.stop()


def postgres(run):
    """Registrations on PostgreSQL, one quota that everybody wants, and a hundred; then two processes."""
    for quotas, aim in ((1, 6), (100, 2)):
        services = [Service(run.lab, run.lab.database(f"q{quotas}b{batch}"), batch).start() for batch in (256, 1)]
        many, single = (Conference(one, sessions=300 if quotas == 1 else 0, quotas=quotas) for one in services)
        turns = [(many.counted(many.register(run.seconds)), single.counted(single.register(run.seconds)))
                 for _ in range(run.rounds)]
        name = f"registrations on PostgreSQL, {quotas} quota{'s' * (quotas > 1)}"
        for what, unit, key, aimed, sense in ((name, "acknowledged/s", "rate", aim, AT_LEAST),
                                              (f"p99 of {name}", "ms", "p99_ms", 0.5, AT_MOST)):
            run.row("postgres", what, unit, [one[key] for one, _ in turns], [other[key] for _, other in turns],
                    "a transaction per request", aimed, sense)
        if quotas == 1:
            two_processes(run, services[0], many)
        many.check()
        single.check()
        run.note_memory(name, services[0])
        for service in services:
            service.stop()


def two_processes(run, first, conference):
    second = Service(run.lab, first.store).start()
    half = {"threads": 1, "connections": 32}

    def both():
        loads = [conference.register(run.seconds, service=one, **half) for one in (first, second)]
        return sum(conference.counted(one)["rate"] for one in loads)

    pairs = run.pairs(both, lambda: conference.counted(conference.register(run.seconds))["rate"])
    run.row("postgres", "registrations by two processes over one PostgreSQL, 1 quota", "acknowledged/s", *pairs,
            "one process")
    second.stop()


def mixed(run):
    """Reads while 64 clients register, to reads while as many connections are busy with nothing."""
    stores = {"sqlite": lambda: run.lab.sqlite("mixed"), "postgres": lambda: run.lab.database("mixed")}
    for store in run.stores:
        service = Service(run.lab, stores[store]()).start()
        conference = Conference(service)
        url, headers = f"{service.address}{conference.public}/programme", ["Accept-Encoding: br"]

        def reading_beside(other):
            reading = Load(url, run.seconds, headers=headers)
            beside.append(other())
            return reading.result()["rate"]

        beside = []
        registering = lambda: conference.counted(conference.register(run.seconds))["rate"]
        idling = lambda: load(f"{service.address}/health/live", run.seconds)["rate"]
        pairs = run.pairs(lambda: reading_beside(registering), lambda: reading_beside(idling))
        conference.check()
        label = {"sqlite": "SQLite", "postgres": "PostgreSQL"}[store]
        registered = statistics.median(beside[::2])
        run.row("mixed", f"programme, br, while 64 clients register on {label} ({registered:,.0f} acknowledged/s)",
                "requests/s", *pairs, "reads while 64 connections ask /health/live", 0.6)
        run.note_memory(f"reads and registrations on {label}", service)
        service.stop()


def growth(run):
    """The same work in a store with few rows and in one with many."""
    few, many = 1000, run.many
    stores = {"sqlite": run.lab.sqlite, "postgres": run.lab.database}
    for store in run.stores:
        label = {"sqlite": "SQLite", "postgres": "PostgreSQL"}[store]
        big = Conference(Service(run.lab, stores[store]("big")).start(), sessions=0)
        say(f"  filling a {label} store with {many} registrations")
        big.fill(many)
        middle, _ = middle_page(big)
        seen = {}
        for number in range(run.rounds):
            small = Conference(Service(run.lab, stores[store](f"small{number}")).start(), sessions=0)
            small.fill(few)
            for name, one in (("small", small), ("big", big)):
                for what, figure in figures(run, one, middle if one is big else middle_page(one)[0]).items():
                    seen.setdefault(what, {}).setdefault(name, []).append(figure)
            small.check()
            small.service.stop()
        big.check()
        for what, both in seen.items():
            run.row("growth", f"{what} at {many:,} rows on {label}", "ms", both["big"], both["small"],
                    f"the same at {few:,} rows", 1.5, AT_MOST)
        run.note_memory(f"{many:,} registrations on {label}", big.service)
        big.service.stop()


def figures(run, conference, middle):
    """Mean milliseconds of each, from 64 clients; from 2 where it may take long."""
    key = [f"Authorization: Bearer {conference.token}"]
    page = f"{conference.service.address}{conference.own}/registrations"
    seconds = max(1, run.seconds // 2)
    mean = lambda url, **how: load(url, seconds, headers=key, **how)["mean_ms"]
    return {
        "list page, the first": mean(page),
        "list page, in the middle": mean(f"{page}?cursor={middle}"),
        "search for one address": mean(f"{page}?q=r1t0n0000400", connections=2),
        # Few, so that a store with few rows stays one.
        "registration": conference.counted(conference.register(3, most=500))["mean_ms"],
    }


def middle_page(conference):
    """The cursor behind the first half."""
    cursor, seen = None, 0
    while seen < conference.acknowledged / 2:
        page = conference.client.get(f"{conference.own}/registrations", limit=200, **({"cursor": cursor} if cursor else {}))
        cursor, seen = page["next_cursor"], seen + len(page["items"])
    return cursor, seen


GROUPS = {"reads": reads, "sqlite": sqlite, "postgres": postgres, "mixed": mixed, "growth": growth}
