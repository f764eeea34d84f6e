"""Set up and start Negatoscope with nothing but Python.

Makes an environment in .venv, says (or, as root on Debian and Ubuntu, installs) which system libraries are
missing, and then runs what was asked for:

    python run.py                 the application on the bundled study; without a display, its report in ./out
    python run.py test            lint, types, import contracts and every test
    python run.py bench [NAME]    the benchmarks beside their named peers
    python run.py COMMAND ...     any command of `negatoscope`, such as `python run.py list FOLDER`
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
OLDEST_PYTHON = (3, 11)

# soname -> Debian package, for Qt and VTK with and without a screen
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libEGL_mesa.so.0": "libegl-mesa0",
    "libGL.so.1": "libgl1",
    "libGLX_mesa.so.0": "libglx-mesa0",
    "libOpenGL.so.0": "libopengl0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXrender.so.1": "libxrender1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libnss3.so": "libnss3",
    "libgomp.so.1": "libgomp1",
}
DRIVERS = Path("/usr/lib").glob("*/dri/swrast_dri.so")
FONTS = Path("/usr/share/fonts")
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "xauth": "xauth",
    "dciodvfy": "dicom3tools",
    "xdotool": "xdotool",
    "xrandr": "x11-xserver-utils",
}


def main(arguments: list[str]) -> int:
    """Set up, then run what was asked for; the exit status is that of what ran."""
    if sys.version_info < OLDEST_PYTHON:
        print(f"Negatoscope needs Python {'.'.join(map(str, OLDEST_PYTHON))} or later.", file=sys.stderr)
        return 2
    command = arguments[0] if arguments else ""
    testing = command in {"test", "bench"}
    if not system_libraries(testing=testing) or not environment("train,dev" if testing else ""):
        return 1
    if command == "test":
        return test(arguments[1:])
    if command == "bench":
        return run([python(), "-m", "tests.benchmarks", *arguments[1:]], env=offscreen())
    if arguments:
        return run([python(), "-m", "app.cli", *arguments])
    return application()


def application() -> int:
    """The window on the bundled study; without a display its report, pictures and tables in ./out."""
    if has_display():
        return run([python(), "-m", "app", "--demo"])
    print("No display here: reading the bundled study off-screen into ./out", flush=True)
    study, out = str(ROOT / "resources" / "demo"), str(ROOT / "out")
    return run([python(), "-m", "app.cli", "review", study, "--out", out, "--replace"], env=offscreen())


def test(arguments: list[str]) -> int:
    """Lint, types, import contracts, tests; every step runs, the first failure gives the status."""
    if arguments:
        return run([python(), "-m", "pytest", *arguments], env=offscreen())
    steps = (
        ("format", ["ruff", "format", "--check", "."]),
        ("lint", ["ruff", "check", "."]),
        ("types", ["mypy"]),
        ("import contracts", ["lint-imports"]),
        ("tests", [python(), "-m", "pytest", "--durations=15"]),
    )
    failed = []
    for title, line in steps:
        print(f"\n== {title}: {' '.join(Path(word).name for word in line)}", flush=True)
        if run([program(line[0]), *line[1:]], env=offscreen()) != 0:
            failed.append(title)
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nEverything passed.", flush=True)
    return 1 if failed else 0


def environment(extras: str) -> bool:
    """Make .venv and install what pyproject.toml names, once for each of its states."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()[:16]
    stamp = ENVIRONMENT / f"negatoscope-{extras.replace(',', '-') or 'app'}.stamp"
    full = ENVIRONMENT / "negatoscope-train-dev.stamp"
    if any(s.is_file() and s.read_text() == wanted for s in (stamp, full)):
        return True
    if not Path(python()).exists():
        print("Making the environment in .venv", flush=True)
        venv.create(ENVIRONMENT, with_pip=True)
    print("Installing what Negatoscope needs; the first time this takes a few minutes", flush=True)
    target = f"{ROOT}[{extras}]" if extras else str(ROOT)
    line = [python(), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--editable", target]
    if run(line) != 0:
        print("The installation failed; the lines above say why. Run the same command again to go on.")
        return False
    stamp.write_text(wanted)
    return True


def system_libraries(*, testing: bool) -> bool:
    """True where nothing is missing, was installed, or may be missing without harm to the attempt."""
    missing = missing_packages(testing=testing)
    if not missing:
        return True
    line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get"):
        print("System libraries that Debian calls as follows seem to be missing:", " ".join(missing))
        return True
    if os.geteuid() != 0:
        print(f"System libraries are missing. This installs them:\n\n    sudo sh -c '{line}'\n")
        return ensurepip_is_here()
    print("Installing system libraries:", " ".join(missing), flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    for package in (
        [] if run([*install, *missing], env=quiet) == 0 else missing
    ):  # one name may not exist here
        run([*install, package], env=quiet)
    return ensurepip_is_here()


def missing_packages(*, testing: bool) -> list[str]:
    """Debian packages that a Linux machine lacks; none elsewhere."""
    if not sys.platform.startswith("linux"):
        return []
    missing = [package for soname, package in LIBRARIES.items() if not loads(soname)]
    if not any(DRIVERS):
        missing.append("libgl1-mesa-dri")
    if not FONTS.is_dir() or not any(FONTS.rglob("*.ttf")):
        missing.append("fonts-dejavu-core")
    if not ensurepip_is_here():
        missing.append("python3-venv")
    if testing:
        missing += [package for name, package in TEST_PROGRAMS.items() if not shutil.which(name)]
    return missing


def loads(soname: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def ensurepip_is_here() -> bool:
    """Whether this Python can make environments; Debian ships that apart."""
    try:
        import ensurepip  # noqa: F401 - only its presence counts
    except ImportError:
        print("This Python cannot make environments: install python3-venv.", file=sys.stderr)
        return False
    return True


def has_display() -> bool:
    """Whether a window can open here."""
    return not sys.platform.startswith("linux") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def offscreen() -> dict[str, str]:
    """The process environment for work without a screen."""
    qt = {"QT_QPA_PLATFORM": "offscreen"}
    vtk = {"VTK_DEFAULT_OPENGL_WINDOW": "vtkEGLRenderWindow"} if sys.platform.startswith("linux") else {}
    return {**os.environ, **qt, **vtk, "HF_HUB_OFFLINE": "1"}


def python() -> str:
    """The interpreter of the environment."""
    return program("python")


def program(name: str) -> str:
    """A program of the environment, or the path given."""
    if Path(name).is_absolute():
        return name
    windows = os.name == "nt"
    return str(ENVIRONMENT / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name))


def run(line: list[str], env: dict[str, str] | None = None) -> int:
    """Run a program in the repository and return its exit status."""
    return subprocess.run(line, cwd=ROOT, env=env, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
