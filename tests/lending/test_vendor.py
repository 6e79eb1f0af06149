"""Every file from outside is the one the manifest names, with its licence beside it."""

import gzip
import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
PACKAGES = json.loads((VENDOR / "MANIFEST.json").read_text())


def test_the_folder_holds_exactly_the_files_of_the_manifest_with_their_hashes():
    listed = {
        f"{package['folder']}/{name}": digest for package in PACKAGES for name, digest in package["files"].items()
    }
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "MANIFEST.json"
    }
    assert found == listed


def test_every_package_says_its_version_licence_and_source_and_ships_the_licence():
    for package in PACKAGES:
        assert package["folder"].endswith(f"-{package['version']}")
        assert package["licence"] in {"MIT", "0BSD", "OFL-1.1", "Apache-2.0"}
        assert package["source"].startswith("https://registry.npmjs.org/")
        assert package["version"] in package["source"]
        assert "LICENSE" in package["files"]


def test_a_staff_page_without_charts_weighs_at_most_130_kb_of_script_and_style_compressed():
    head = (ROOT / "templates/components/_head.html").read_text()
    names = re.findall(r"static '([^']+\.(?:js|css))'", head)
    assert names == [
        "js/theme.js",
        "vendor/tabler-core-1.6.1/tabler.min.css",
        "css/loanwright.css",
        "css/shell.css",
        "vendor/htmx-2.0.10/htmx.min.js",
        "js/loanwright.js",
        "js/shell.js",
    ]
    assert sum(len(gzip.compress((ROOT / "static" / name).read_bytes())) for name in names) <= 130_000


def test_no_template_breaks_the_content_security_policy():
    """No inline script, style or handler: what a strict policy would refuse to run."""
    forbidden = re.compile(
        r"""<script(?![^>]*\b(?:src=|type="application/json"))|\sstyle=|\son[a-z]+=|hx-on|javascript:|=["']js:"""
    )
    offending = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in (ROOT / "templates").rglob("*.html")
        if (found := forbidden.search(path.read_text()))
    ]
    assert offending == []
