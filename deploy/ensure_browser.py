"""Finds Chromium for the tests, or installs it where that can be done; fails in words where not."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find():
    given = os.environ.get("CHROMIUM")
    return given or next((path for path in map(shutil.which, NAMES) if path), None)


def main():
    if find():
        return
    if os.getuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium from the distribution (some minutes) ...", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], env=environment, stdout=subprocess.DEVNULL
        )
        if find():
            return
    if subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"]).returncode == 0:
        return
    sys.exit("The tests need Chromium, and it could not be installed here. Install it, or set CHROMIUM to its path.")


if __name__ == "__main__":
    main()
