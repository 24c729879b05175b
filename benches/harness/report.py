"""The run as a table, as JSON and as a chart."""

from html import escape

from .groups import AT_LEAST


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def aim(row):
    if row["aim"] is None:
        return ""
    return f"{'≥' if row['sense'] == AT_LEAST else '≤'} {row['aim']:g}"


def met(row):
    return {None: "", True: "yes", False: "**no**"}[row["met"]]


def heading(run):
    at, how = run["machine"], run["settings"]
    postgres = f"PostgreSQL {how['postgres']}, its defaults, fsync on. " if how["postgres"] else ""
    return (f"{at['cores']} cores of {at['cpu']}, Linux {at['kernel']}, {how['disk']}, commit {at['commit']}, "
            f"{at['date']}, load average before {at['load_average_before']}. {how['rounds']} rounds of "
            f"{how['seconds']} s in turns, of which the medians stand here, the ratios being medians of the rounds' own; "
            f"64 connections of wrk on the same cores. SQLite WAL with synchronous=FULL. "
            f"{postgres}{how['mail']}")


def table(run):
    lines = ["| what | measured | limit in the same run | ratio | aim | met |", "|---|---|---|---|---|---|"]
    for row in run["rows"]:
        limit = f"{number(row['limit'])}: {row['limited_by']}" if row["limit"] is not None else ""
        ratio = f"{row['ratio']:.2f}" if row["limit"] is not None else ""
        lines.append(f"| {row['what']} | {number(row['measured'])} {row['unit']} | {limit} | {ratio} "
                     f"| {aim(row)} | {met(row)} |")
    return "\n".join(lines)


def reach(row):
    """How far it came, where 1 is the aim."""
    return row["ratio"] / row["aim"] if row["sense"] == AT_LEAST else row["aim"] / row["ratio"]


# On a ground of its own, so that it can be read on a page of any colour.
STYLE = """
.back { fill: #fff } text { font: 13px system-ui, sans-serif; fill: #24292f } .small { font-size: 11px; fill: #57606a }
.yes { fill: #2f7f86 } .no { fill: #b4532a } .aim { stroke: #24292f; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) { .back { fill: #0d1117 } text { fill: #e6edf3 } .small { fill: #9198a1 } .aim { stroke: #e6edf3 } }
"""
WIDE, LABEL, STEP, TOP, SCALE, MOST = 960, 400, 26, 48, 110, 3.4


def chart(run):
    """Bars of how far each ratio came; the dashed line is the aim."""
    rows = [row for row in run["rows"] if row["aim"] is not None]
    high = TOP + STEP * len(rows) + 34
    short = sum(not row["met"] for row in rows)
    about = f"{len(rows) - short} of {len(rows)} aims were met. " + " ".join(
        f"{row['what']}: {row['ratio']:g}, aim {aim(row)}." for row in rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" role="img" aria-labelledby="t d">',
        f'<title id="t">How far each measured ratio came towards its aim</title><desc id="d">{escape(about)}</desc>',
        f"<style>{STYLE}</style>", '<rect width="100%" height="100%" rx="6" class="back"/>',
        f'<text x="{LABEL + SCALE}" y="20" text-anchor="middle" class="small">the aim</text>']
    for place, row in enumerate(rows):
        y, far = TOP + STEP * place, reach(row)
        wide = SCALE * min(far, MOST)
        beyond = " »" if far > MOST else ""
        unmet = "" if row["met"] else ", not met"
        label = escape(row["what"].split(" (")[0])
        beside = LABEL + max(wide, SCALE if not row["met"] else 0) + 6
        parts += [
            f'<text x="{LABEL - 8}" y="{y}" text-anchor="end">{label}</text>',
            f'<rect x="{LABEL}" y="{y - 12}" width="{wide:.0f}" height="16" rx="2" class="{"yes" if row["met"] else "no"}"/>',
            f'<text x="{beside:.0f}" y="{y}" class="small">{number(row["ratio"])} (aim {escape(aim(row))}'
            f'{unmet}){beyond}</text>']
    line = LABEL + SCALE
    parts += [
        f'<line x1="{line}" x2="{line}" y1="26" y2="{high - 36}" class="aim"/>',
        f'<text x="{LABEL}" y="{high - 10}" class="small">{escape(footnote(run))}</text>', "</svg>"]
    return "\n".join(parts) + "\n"


def footnote(run):
    at = run["machine"]
    return f"{at['cores']} cores of {at['cpu']}, {at['date']}, commit {at['commit']}; longer is better"
