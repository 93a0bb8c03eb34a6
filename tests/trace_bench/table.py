"""The figures as people read them, and the goals they are held to."""

from collections.abc import Iterable
from statistics import median

from tests.trace_bench.measure import Row

EVERYDAY_GOAL, HOSTILE_GOAL = 0.995, 0.95
LEAST_PSNR, LEAST_SSIM = 44.0, 0.996
MOST_EMBED_S, MOST_TRACE_S, MOST_KEY_S = 0.150, 1.0, 0.0003
DEVIATION = (0.97, 1.03)
TEXTURED = 0.75
"""Mean strength of the mask above which a picture counts as textured."""


def tables(measured: list[Row]) -> str:
    """Return every table of the run."""
    return "\n\n".join([_attacks(measured), _pictures(measured), _collusion(measured), _innocent(measured)])


def failures(measured: list[Row]) -> list[str]:
    """Return each goal that was missed, with the figure."""
    missed: list[str] = []
    for kind, goal in (("E", EVERYDAY_GOAL), ("H", HOSTILE_GOAL)):
        share = _share(_lit(measured, kind))
        if share < goal:
            missed.append(f"set {kind}: {share:.2%} identified, the goal is {goal:.1%}")
    wrong = [row for row in measured if row.get("false")]
    missed += [f"false accusation: {row['picture']}, {row['attack']}" for row in wrong]
    for row in _of(measured, "embed"):
        if row["psnr"] < LEAST_PSNR or row["ssim"] < LEAST_SSIM:
            missed.append(f"{row['picture']}: PSNR {row['psnr']:.1f} dB, SSIM {row['ssim']:.4f}")
    for row in _of(measured, "K"):
        if not DEVIATION[0] <= row["deviation"] <= DEVIATION[1]:
            missed.append(f"{row['picture']}, {row['attack']}: wrong keys deviate by {row['deviation']:.3f}")
    return missed + _collusion_failures(measured) + _slow(measured)


def _attacks(measured: list[Row]) -> str:
    lines = [f"{'attack':34}{'set':>7}{'identified':>13}{'z min':>8}{'median':>8}{'highest wrong':>15}   near-black"]
    for name in dict.fromkeys(row["attack"] for row in measured if row["set"] in {"E", "H", "report"}):
        these = [row for row in measured if row.get("attack") == name and row["set"] in {"E", "H", "report"}]
        lit, dark = [row for row in these if not row["black"]], [row for row in these if row["black"]]
        if not lit:
            continue
        named, scores = sum(row["found"] for row in lit), [row["z"] for row in lit]
        apart = f"{sum(row['found'] for row in dark)}/{len(dark)}" if dark else ""
        lines.append(
            f"{name:34}{these[0]['set']:>7}{named:>8}/{len(lit):<4}{min(scores):>8.1f}{median(scores):>8.1f}"
            f"{max(row['wrong'] for row in these):>15.2f}   {apart}"
        )
    sums = [
        f"set {kind}: {_share(_lit(measured, kind)):.2%} of {len(_lit(measured, kind))} identified" for kind in "EH"
    ]
    return "\n".join([*lines, *sums])


def _pictures(measured: list[Row]) -> str:
    lines = [f"{'photograph':44}{'MP':>6}{'PSNR':>7}{'SSIM':>8}{'embed ms':>10}{'missed of E, H':>17}"]
    for row in _of(measured, "embed"):
        traced = [one for one in measured if one["picture"] == row["picture"] and one["set"] in {"E", "H"}]
        missing = [f"{one['attack']} {one['z']:.1f}" for one in traced if not one["found"]]
        lines.append(
            f"{row['picture'][:42]:44}{row['megapixels']:>6.1f}{row['psnr']:>7.1f}{row['ssim']:>8.4f}"
            f"{row['embed_s'] * 1e3:>10.0f}{len(missing):>17}  {', '.join(missing)}"
        )
    return "\n".join(lines)


def _collusion(measured: list[Row]) -> str:
    lines = [f"{'collusion':36}{'caught, each photograph':40}{'least z':>9}{'highest innocent':>18}"]
    for name in dict.fromkeys(row["attack"] for row in _of(measured, "C")):
        these = [row for row in _of(measured, "C") if row["attack"] == name]
        caught = " ".join(f"{row['caught']}/{row['joined']}" for row in these)
        least, wrong = min(row["z"] for row in these), max(row["wrong"] for row in these)
        lines.append(f"{name:36}{caught:40}{least:>9.1f}{wrong:>18.2f}")
    return "\n".join(lines)


def _innocent(measured: list[Row]) -> str:
    unmarked, wrong = _of(measured, "N"), _of(measured, "K")
    keys = sum(row["keys"] for row in [*unmarked, *wrong])
    lines = [
        f"traces of unmarked copies: {len(unmarked)}, false accusations {sum(row['false'] for row in unmarked)}",
        f"wrong keys tried: {keys:,}, highest {max((row['wrong'] for row in [*unmarked, *wrong]), default=0):.2f}",
    ]
    for row in wrong:
        figures = f"deviation {row['deviation']:.3f}  above 4: {row['above_4']}"
        lines.append(f"  {row['picture'][:34]:36}{row['attack']:18}{figures}")
    return "\n".join(lines)


def _collusion_failures(measured: list[Row]) -> list[str]:
    missed = []
    for row in _of(measured, "C"):
        if row["attack"] == "average of 5, 1200 px q60":
            least = 5 if row["busy"] >= TEXTURED else 2
            if row["caught"] < least:
                missed.append(f"{row['picture']}: {row['caught']} of 5 averaging colluders, the goal is {least}")
    return missed


def _slow(measured: list[Row]) -> list[str]:
    large = [row["embed_s"] / row["megapixels"] * 24 for row in _of(measured, "embed")]
    traced = [row for row in measured if row["set"] in {"E", "H"}]
    found = {
        "embedding into 24 megapixels": (median(large), MOST_EMBED_S),
        "a trace": (median(row["trace_s"] for row in traced), MOST_TRACE_S),
        "a candidate": (median(row["key_s"] for row in traced), MOST_KEY_S),
    }
    return [
        f"{what}: {spent:.4f} s of CPU, the goal is {goal} s" for what, (spent, goal) in found.items() if spent > goal
    ]


def _lit(measured: list[Row], kind: str) -> list[Row]:
    return [row for row in _of(measured, kind) if not row["black"]]


def _of(measured: Iterable[Row], kind: str) -> list[Row]:
    return [row for row in measured if row["set"] == kind]


def _share(rows: list[Row]) -> float:
    return sum(row["found"] for row in rows) / max(1, len(rows))
