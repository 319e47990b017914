"""What the build made: files of an entry with all they need, read anew after a build."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from web import built

MANIFEST = {
    "exams/ui/room.entry.ts": {"file": "assets/room-1.js", "imports": ["_mount.js"]},
    "platform/web/ui/page.entry.ts": {"file": "assets/page-1.js", "css": ["assets/page-1.css"], "assets": ["assets/font-1.woff2"]},
    "_mount.js": {
        "file": "assets/mount-1.js",
        "imports": ["_dialog.js"],
        "dynamicImports": ["_later.js"],
        "css": ["assets/mount-1.css"],
    },
    "_dialog.js": {"file": "assets/dialog-1.js", "imports": ["_mount.js"], "assets": ["assets/worker-1.js"]},
    "_later.js": {"file": "assets/later-1.js"},
    "chat/ui/room.entry.ts": {"file": "assets/chat-1.js"},
}  # fmt: skip


@pytest.fixture
def manifest(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(MANIFEST))
    settings.DJANGO_VITE = {"default": {"manifest_path": path}}
    return path


def test_an_entry_comes_with_all_it_loads_and_nothing_else(manifest: Path) -> None:
    del manifest
    names = ["dialog-1.js", "later-1.js", "mount-1.css", "mount-1.js", "room-1.js", "worker-1.js"]
    assert built.addresses_of("exams/ui/room.entry.ts") == [
        f"/static/dist/assets/{name}" for name in names
    ]


def test_several_entries_share_one_list(manifest: Path) -> None:
    del manifest
    both = built.addresses_of("exams/ui/room.entry.ts", "platform/web/ui/page.entry.ts")
    assert both == sorted(set(both))
    assert "/static/dist/assets/font-1.woff2" in both


def test_a_build_is_noticed(manifest: Path) -> None:
    before = built.addresses_of("chat/ui/room.entry.ts")
    manifest.write_text(json.dumps(MANIFEST).replace("chat-1", "chat-2"))
    os.utime(manifest, ns=(1, 1))
    assert built.addresses_of("chat/ui/room.entry.ts") != before


def test_the_script_of_an_entry_lies_beside_the_manifest(manifest: Path) -> None:
    assert built.file_of("exams/ui/room.entry.ts") == manifest.parent / "assets/room-1.js"


def test_what_is_not_built_is_said(manifest: Path) -> None:
    with pytest.raises(built.NotBuilt):
        built.addresses_of("exams/ui/nothing.entry.ts")
    manifest.unlink()
    with pytest.raises(built.NotBuilt):
        built.file_of("exams/ui/room.entry.ts")
