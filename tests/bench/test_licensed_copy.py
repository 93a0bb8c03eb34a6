"""What a licensed copy of 24 megapixels costs in processor time, beside one plain decode and encode of the same pixels.

Both are measured in turns in the same run, each on one core, and the median of the ratios is judged. The copy is made
anew at full size, since its original's colour profile is broken. What the child costs before it opens anything is
measured with a picture of a few pixels. The goal is held by the making, checking and stamping; the start of the child
and the credentials are listed beside it, for a plain decode and encode has neither. The stamp is held by what it adds
to writing the file anew.
"""

import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageCms

from dam.imaging.copies import make_copy
from dam.imaging.limits import Limits, MediaType
from dam.kernel.clock import utc_now
from dam.local.credentials import issue
from dam.metadata.c2pa import Account, Signer, make_signer, sign
from dam.metadata.fields import RightsStamp
from dam.metadata.stamping import stamp
from dam.metadata.verifying import verify_stamp

SIDES = (6_000, 4_000)
ROUNDS = 5
COPY_GOAL, STAMP_GOAL = 1.3, 1 / 40
PLAIN = """
import sys, time, pyvips
pyvips.cache_set_max(0)
began = time.process_time()
pyvips.Image.jpegload(sys.argv[1], access="sequential").jpegsave(sys.argv[2], Q=92, keep="icc")
print(time.process_time() - began)
"""


@dataclass
class Costs:
    """Processor seconds of each step, a figure a round, and the most memory the children held."""

    steps: dict[str, list[float]] = field(default_factory=dict)
    peak_mb: float = 0

    def note(self, step: str, seconds: float) -> None:
        self.steps.setdefault(step, []).append(seconds)

    def median(self, step: str) -> float:
        return statistics.median(self.steps[step])


def noisy(path: Path, **options: object) -> Path:
    """Save a busy 24-megapixel photograph, as a scanner's JPEG is: structure at every size, and grain."""
    base = Image.effect_mandelbrot((1_500, 1_000), (-2, -1.2, 1, 1.2), 80).resize(SIDES, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(SIDES, 24)
    bands = [Image.blend(base, grain, share) for share in (0.35, 0.4, 0.45)]
    Image.merge("RGB", bands).save(path, "JPEG", quality=92, **options)
    return path


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return noisy(tmp_path_factory.mktemp("copies") / "original.jpg", icc_profile=profile[:140])


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    folder = tmp_path_factory.mktemp("credentials")
    issue(folder, "Bench", utc_now())
    return make_signer((folder / "signing.key").read_bytes(), (folder / "chain.pem").read_bytes(), utc_now)


@pytest.fixture(autouse=True, scope="module")
def one_core() -> Iterator[None]:
    """Keep this process and all it starts to one core."""
    mine = psutil.Process()
    before = mine.cpu_affinity()
    mine.cpu_affinity(before[:1])
    yield
    mine.cpu_affinity(before)


def processor_s() -> float:
    """Return the processor time of this process and of every child, living or gone."""
    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + gone.ru_utime + gone.ru_stime
    for child in psutil.Process().children(recursive=True):
        times = child.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def watched(costs: Costs) -> Iterator[None]:
    """Note the most memory any child holds meanwhile."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            for child in psutil.Process().children(recursive=True):
                try:
                    costs.peak_mb = max(costs.peak_mb, child.memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue

    watcher = threading.Thread(target=look)
    watcher.start()
    yield
    over.set()
    watcher.join()


def timed(costs: Costs, step: str, work: Callable[[], object]) -> None:
    """Note what the work costs here and in children."""
    before = processor_s()
    work()
    costs.note(step, processor_s() - before)


def timed_here(costs: Costs, step: str, work: Callable[[], object]) -> None:
    """Note what work costs that starts no process: asking after children would cost more than some of it."""
    before = time.process_time()
    work()
    costs.note(step, time.process_time() - before)


def plain(costs: Costs, original: Path, target: Path) -> None:
    command = [sys.executable, "-c", PLAIN, str(original), str(target)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={"VIPS_CONCURRENCY": "1"})
    costs.note("plain decode + encode", float(done.stdout))


def written_anew(path: Path) -> None:
    """Write the same bytes into a new file in the place of the old one, as any stamp must that is no editor's trick."""
    beside = path.with_name("beside")
    beside.write_bytes(path.read_bytes())
    beside.replace(path)


def one_copy(costs: Costs, original: Path, folder: Path, signer: Signer, rights: RightsStamp) -> None:
    """Make, stamp, check and sign one copy, step by step."""
    bare, signed = folder / "bare.jpg", folder / "signed.jpg"
    account = Account("t", "image/jpeg", "o", "image/jpeg", "0" * 64, "LIC-2026-000001", "0", ("c2pa.transcoded",))
    timed(costs, "decode + encode in the child", lambda: make_copy(original, bare, max_px=None, limits=Limits()))
    timed_here(costs, "of the stamp, writing the file", lambda: written_anew(bare))
    timed_here(costs, "stamp", lambda: stamp(bare, rights))
    timed_here(costs, "read back", lambda: verify_stamp(bare, rights))
    timed_here(costs, "sign and read back", lambda: sign(bare, signed, account, signer))


STEPS = ("decode + encode in the child", "stamp", "read back", "sign and read back")


def test_a_copy_costs_little_more_than_its_decode_and_encode(
    original: Path, signer: Signer, tmp_path: Path, rights: RightsStamp
) -> None:
    costs, small = Costs(), tmp_path / "small.jpg"
    Image.new("CMYK", (8, 8)).save(small)
    one_copy(Costs(), small, tmp_path, signer, rights)  # loads the libraries, as a worker has them after its first copy
    for _ in range(ROUNDS):
        plain(costs, original, tmp_path / "plain.jpg")
        timed(
            costs, "of that, the child's start", lambda: make_copy(small, tmp_path / "s", max_px=None, limits=Limits())
        )
        with watched(costs):
            one_copy(costs, original, tmp_path, signer, rights)
    base = costs.median("plain decode + encode")
    total = sum(costs.median(step) for step in STEPS)
    start, credentials = costs.median("of that, the child's start"), costs.median("sign and read back")
    making = (total - start - credentials) / base
    stamping = (costs.median("stamp") - costs.median("of the stamp, writing the file")) / base
    print(
        f"\n24 megapixels, {original.stat().st_size / 1e6:.1f} MB; CPU-ms, median of {ROUNDS} paired rounds on one core"
    )
    for step, figures in costs.steps.items():
        print(f"  {step:30} {1000 * statistics.median(figures):8.1f}   {statistics.median(figures) / base:6.3f}x")
    print(f"  {'copy, everything included':30} {1000 * total:8.1f}   {total / base:6.3f}x")
    print(f"  {'but start and credentials':30} {1000 * making * base:8.1f}   {making:6.3f}x   goal {COPY_GOAL}x")
    print(f"  {'stamp, but for the writing':30} {stamping:17.4f}x   goal {STAMP_GOAL:.4f}x")
    print(f"  most memory of a child {costs.peak_mb:.0f} MB")
    assert stamping <= STAMP_GOAL
    assert making <= COPY_GOAL


def test_a_copy_whose_pixels_may_stay_costs_a_fraction(tmp_path: Path, signer: Signer, rights: RightsStamp) -> None:
    """No decode, no encode: the coded pixels are written round twice, and signed."""
    costs, whole = Costs(), noisy(tmp_path / "whole.jpg")
    one_copy(Costs(), whole, tmp_path, signer, rights)
    for _ in range(ROUNDS):
        plain(costs, whole, tmp_path / "plain.jpg")
        one_copy(costs, whole, tmp_path, signer, rights)
    total, base = sum(costs.median(step) for step in STEPS), costs.median("plain decode + encode")
    print(f"\nkept pixels: {1000 * total:.1f} CPU-ms, beside {1000 * base:.1f} for a decode and encode")
    assert not make_copy(whole, tmp_path / "again.jpg", max_px=None, limits=Limits()).recoded
    assert total < base


@pytest.mark.parametrize("wanted", [MediaType.TIFF, MediaType.PNG, MediaType.WEBP])
def test_the_other_formats_are_told(original: Path, wanted: MediaType, tmp_path: Path) -> None:
    """Shown and not judged but for the limit of a child: their codecs cost what they cost."""
    costs = Costs()
    with watched(costs):
        timed(costs, "copy", lambda: make_copy(original, tmp_path / "c", max_px=None, limits=Limits(), wanted=wanted))
    size = (tmp_path / "c").stat().st_size / 1e6
    print(f"\n{wanted.value}: {costs.median('copy'):.2f} CPU-s, {size:.1f} MB, most memory {costs.peak_mb:.0f} MB")
    assert costs.median("copy") < 4 * Limits().cpu_s


@pytest.fixture
def rights() -> RightsStamp:
    """A stamp of ordinary length."""
    line = "[Photo exclusively provided to chinadaily.com.cn]"
    return RightsStamp(
        credit_line=line, source="Museum", instructions="Cannot be used without permission. 未经许可不得使用。"
    )
