"""Static files are served with and without a collected folder."""

import warnings
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.test import Client

from web.static import StaticFilesMiddleware


def test_a_missing_folder_of_collected_files_is_no_complaint(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path / "nowhere"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        StaticFilesMiddleware(lambda request: HttpResponse())


def test_a_collected_file_is_served(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "x.txt").write_text("hello")
    settings.STATIC_ROOT = tmp_path
    middleware = StaticFilesMiddleware(lambda request: HttpResponse())
    assert "/static/x.txt" in middleware.files


def test_files_named_by_their_content_are_kept_for_ever(
    client: Client, settings: Any, db: None
) -> None:
    manifest = settings.DJANGO_VITE["default"]["manifest_path"]
    assert manifest.exists(), "build the front end first: npm run build"
    file = min((manifest.parent / "assets").glob("web-page-*.js"))
    response = client.get(f"/static/dist/assets/{file.name}")
    assert response.status_code == 200
    assert "immutable" in response["Cache-Control"]
    response.close()
