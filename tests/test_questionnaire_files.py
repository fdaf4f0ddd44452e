"""What lies beside a questionnaire and around it: pictures, recordings, folders, the schema.

Q005  A picture that could run, call home or explode is refused, as is one that is too large.
Q006  A recording is what its name says, and small.
Q007  In a folder a broken file is reported and never keeps a good one away.
Q008  Published content holds its pictures and recordings, and equal content has one hash.
Q009  The JSON Schema refuses what the reader refuses, as far as a schema can.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from spoiled import GOOD, TITLE, TYPE, changed, problems

from survey_app import questionnaire
from survey_app.questionnaire import MAX_PICTURE_BYTES, MAX_RECORDING_BYTES, Language

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">{}</svg>'


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (SVG.format("<script>alert(1)</script>"), "memuat bagian <script>."),
        (SVG.format("<foreignObject><p/></foreignObject>"), "memuat bagian <foreignObject>."),
        (SVG.format('<image href="http://example.org/x.png"/>'), "memuat atribut href."),
        (SVG.format('<use href="#a"/>'), "memuat atribut href."),
        (SVG.format("<style>path{fill:url(http://example.org)}</style>"), "memuat bagian <style>."),
        (SVG.format('<path onclick="alert(1)"/>'), "memuat atribut onclick."),
        (SVG.format('<path style="fill:url(//example.org)"/>'), "memuat atribut style."),
        (SVG.format('<path fill="URL( http://example.org )"/>'), "memuat atribut fill."),
        ('<!DOCTYPE svg [<!ENTITY a "aa">]>' + SVG.format("&a;"), "memuat DOCTYPE atau ENTITY."),
        (SVG.format("<path>"), "bukan SVG yang utuh."),
        ("<svg viewBox='0 0 1 1'/>", "tidak diawali <svg> dengan viewBox."),
        (SVG.replace(' viewBox="0 0 96 96"', ""), "tidak diawali <svg> dengan viewBox."),
        ("<html/>", "tidak diawali <svg> dengan viewBox."),
        ("", "bukan SVG yang utuh."),
    ],
)
def test_strange_pictures_are_refused(tmp_path: Path, picture: str, reason: str) -> None:
    """Q005: what could run, call home or explode never reaches a tablet."""
    path = changed(tmp_path, TYPE, TYPE + "    picture: taman.svg\n")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "taman.svg").write_text(picture, encoding="utf-8")
    told = problems(path)
    assert f"gambar pictures/taman.svg {reason}" in [problem.reason for problem in told]
    assert {problem.place for problem in told} == {"pertanyaan 'taman'"}
    assert "Plain SVG" in told[0].remedy


def test_pictures_are_small_and_what_their_name_says(tmp_path: Path) -> None:
    """Q005: a giant, and a text that calls itself PNG, are refused at the choice that names it."""
    path = changed(tmp_path, "{key: jauh,", "{key: jauh, picture: jauh.png,")
    (tmp_path / "pictures").mkdir()
    picture = tmp_path / "pictures" / "jauh.png"
    place = "anak-10-12.yaml, pertanyaan 'taman', pilihan 'jauh': "
    picture.write_bytes(b"<svg/>")
    assert str(problems(path)[0]).startswith(f"{place}isi berkas pictures/jauh.png bukan PNG.")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(MAX_PICTURE_BYTES))
    assert str(problems(path)[0]) == (
        f"{place}berkas pictures/jauh.png lebih besar dari 8 KiB. Sederhanakan gambarnya."
    )
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert questionnaire.read(path).questions[0].choices[1].picture == "jauh.png"


def test_recordings_are_small_and_what_their_name_says(tmp_path: Path) -> None:
    """Q006: an assent read aloud is checked like a picture."""
    path = changed(tmp_path, "languages:", "assent_audio: {id: salam.mp3}\nlanguages:")
    (tmp_path / "audio").mkdir()
    recording = tmp_path / "audio" / "salam.mp3"
    recording.write_bytes(b"RIFF")
    assert "isi berkas audio/salam.mp3 bukan MP3." in str(problems(path)[0])
    recording.write_bytes(b"ID3" + bytes(MAX_RECORDING_BYTES))
    assert "berkas audio/salam.mp3 lebih besar dari 512 KiB." in str(problems(path)[0])
    recording.write_bytes(b"ID3")
    assert questionnaire.read(path).assent_audio == {Language.ID: "salam.mp3"}


def test_a_folder_gives_its_good_files_and_all_faults(tmp_path: Path) -> None:
    """Q007: two broken files and a wrong ending are told, the good file is read, the rest left."""
    changed(tmp_path, "key: taman-kota", "key: baik", name="baik.yaml")
    changed(tmp_path, "key: taman-kota", "", name="rusak.yaml")
    (tmp_path / "kosong.yaml").write_text("")
    (tmp_path / "salah.yml").write_text(GOOD)
    (tmp_path / ".baik.yaml.swp").write_text("x")
    (tmp_path / "questionnaire.schema.json").write_text("{}")
    (tmp_path / "dalam").mkdir()
    (tmp_path / "dalam" / "berputar").symlink_to(tmp_path)
    reading = questionnaire.read_folder(tmp_path)
    assert [one.key for one in reading.questionnaires] == ["baik"]
    assert [problem.file for problem in reading.problems] == [
        "kosong.yaml",
        "rusak.yaml",
        "salah.yml",
    ]


def test_two_files_with_one_version_are_both_left_out(tmp_path: Path) -> None:
    """Q007: nobody can say which of two is meant, so no child gets either; other versions stay."""
    for name in ("asli.yaml", "salinan.yaml", "salinan-lagi.yaml"):
        (tmp_path / name).write_text(GOOD)
    changed(tmp_path, "version: 1", "version: 2", name="baru.yaml")
    reading = questionnaire.read_folder(tmp_path)
    assert [one.version for one in reading.questionnaires] == [2]
    assert [str(problem) for problem in reading.problems] == [
        f"{name}, key: 'taman-kota' versi 1 juga ada di asli.yaml. "
        "Ganti 'key' atau naikkan 'version' di salah satunya."
        for name in ("salinan-lagi.yaml", "salinan.yaml")
    ]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Q007: a mistyped folder is a problem, not an empty list without a word."""
    (problem,) = questionnaire.read_folder(tmp_path / "kuesioner").problems
    assert str(problem) == "kuesioner, folder: tidak ditemukan. Periksa nama dan letaknya."


def test_content_travels_whole(tmp_path: Path) -> None:
    """Q008: picture and recording are inside; the hash changes with them and with nothing else."""
    path = changed(tmp_path, TYPE, TYPE + "    picture: taman.svg\n    audio: {id: taman.ogg}\n")
    for name, body in (
        ("pictures/taman.svg", SVG.format("").encode()),
        ("audio/taman.ogg", b"OggS"),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(body)
    whole = questionnaire.content(questionnaire.read(path), tmp_path)
    asked = json.loads(whole)["questions"][0]
    assert asked["audio"]["id"] == f"data:audio/ogg;base64,{base64.b64encode(b'OggS').decode()}"
    kind, _, picture = asked["picture"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(picture) == SVG.format("").encode()

    path.write_text("# catatan\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    again = questionnaire.content(questionnaire.read(path), tmp_path)
    assert questionnaire.content_hash(again) == questionnaire.content_hash(whole)
    (tmp_path / "audio" / "taman.ogg").write_bytes(b"OggS baru")
    newer = questionnaire.content(questionnaire.read(path), tmp_path)
    assert questionnaire.content_hash(newer) != questionnaire.content_hash(whole)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("key: taman-kota\n", ""),
        ("version: 1", "version: satu"),
        (TITLE, "title: {id: Taman, jw: Taman}"),
        ("[10-12]", "[10-13]"),
        (TYPE, "    type: pilihan\n"),
        (TYPE, TYPE + "    cluster: sekolah\n"),
        (TYPE, TYPE + "    pilihan: []\n"),
        (TYPE, TYPE + "    picture: Taman.JPG\n"),
    ],
)
def test_the_schema_marks_the_same_faults(old: str, new: str) -> None:
    """Q009: an editor underlines what the reader would refuse, and nothing in a good file."""
    schema: dict[str, Any] = json.loads(questionnaire.json_schema())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid(yaml.safe_load(GOOD))
    assert not validator.is_valid(yaml.safe_load(GOOD.replace(old, new, 1)))
