"""Reading a questionnaire: what is right is kept, what is wrong is said so that it can be mended.

Q001  Every fault an author can make is told with file, place, reason and remedy, in Indonesian.
Q002  All faults of a file are told at once, each once, in the order of the file.
Q003  A file that cannot be read as YAML is told with its line and what to change there.
Q004  YAML's surprises stay outside: "no" is a word, 12:30 a text, nothing is run or expanded.
Q010  The guide for authors shows an example that is read, and the very words of a fault.
Q011  Whatever a slip of the hand does to a file, the answer is a questionnaire or its problems.
"""

import random
from pathlib import Path

import pytest
from spoiled import CLOSING, FAR, GOOD, TITLE, TYPE, changed, problems

from survey_app import questionnaire
from survey_app.questionnaire import Language

ALL_TYPES = (
    "faces, yes_maybe_no, choice, choices, rating, short_text, long_text, number, place, "
    "information"
)

# old part -> new part -> what the author reads after "anak-10-12.yaml, "
FAULTS = [
    ("key: taman-kota\n", "", "key: bagian 'key' belum ada. Tambahkan 'key: ...'."),
    ("key: taman-kota", "key:", "key: kunci masih kosong. Isi, atau hapus baris itu."),
    ("key: taman-kota", "key: Taman Kota",
     "key: kunci 'Taman Kota' tidak bisa dipakai. Pakai 2-40 huruf kecil, angka, garis bawah atau "
     "tanda hubung; awali dengan huruf."),
    ("key: taman-kota", "key: 12",
     "key: kunci harus teks, tetapi berisi angka. Tulis satu teks; angka dan true/false di antara "
     'tanda kutip, misalnya "7".'),
    ("version: 1", "version: satu",
     "version: bagian 'version' harus angka bulat, tetapi berisi teks. Tulis angka bulat tanpa "
     "huruf, misalnya 3."),
    ("version: 1", "version: 1.5",
     "version: bagian 'version' harus angka bulat, tetapi berisi angka pecahan. Tulis angka bulat "
     "tanpa huruf, misalnya 3."),
    ("version: 1", "version: true",
     "version: bagian 'version' harus angka bulat, tetapi berisi true/false. Tulis angka bulat "
     "tanpa huruf, misalnya 3."),
    ("version: 1", "version: 0", "version: bagian 'version' paling kecil 1. Tulis 1 atau lebih."),
    (TITLE, "title: Taman",
     "title: bagian 'title' harus berisi teks per bahasa, tetapi berisi teks. Tulis satu teks "
     "untuk setiap bahasa, misalnya 'id: Halo' lalu 'jv: Halo'."),
    (TITLE, "title: {id: Taman}",
     "title: teks bahasa 'jv' belum ada. Tambahkan 'jv: ...', atau hapus jv dari 'languages'."),
    (TITLE, "title: {id: Taman, jw: Taman, jv: Taman}",
     "title: bahasa 'jw' tidak dikenal. Pilih salah satu: id, jv."),
    (TITLE, "title: {id: Taman, jv: 7}",
     "title: teks 'title' bahasa 'jv' harus teks, tetapi berisi angka. Tulis satu teks; angka dan "
     'true/false di antara tanda kutip, misalnya "7".'),
    (TITLE, "title: {id: Taman, jv: ' '}",
     "title: teks 'title' bahasa 'jv' masih kosong. Isi teksnya."),
    (TITLE, f"title: {{id: Taman, jv: {'a' * 1201}}}",
     "title: teks 'title' bahasa 'jv' lebih panjang dari 1200 huruf. Ringkaskan."),
    ("[10-12]", "[10-13]",
     "age_bands: kelompok umur '10-13' tidak dikenal. Pilih salah satu: 6-9, 10-12, 13-15, "
     "16-17."),
    ("[10-12]", "[]", "age_bands: kelompok umur masih kosong. Isi paling sedikit 1."),
    ("[10-12]", "[10-12, 10-12]",
     "age_bands: '10-12' ditulis dua kali. Hapus salah satunya."),
    ("[id, jv]", "id",
     "languages: bahasa harus daftar, tetapi berisi teks. Tulis satu baris untuk setiap isi, "
     "masing-masing diawali tanda '-'."),
    (TYPE, "    type: pilihan\n",
     f"pertanyaan 'taman': jenis 'pilihan' tidak dikenal. Pilih salah satu: {ALL_TYPES}."),
    (TYPE, TYPE + "    cluster: sekolah\n",
     "pertanyaan 'taman': klaster 'sekolah' tidak dikenal. Pilih salah satu: hak_sipil, keluarga, "
     "kesehatan, pendidikan, perlindungan."),
    (TYPE, TYPE + "    cluster: kesehatan\n    indicator: sekolah_ramah_anak\n",
     "pertanyaan 'taman': indikator 'sekolah_ramah_anak' tidak berada di klaster 'kesehatan'. "
     "Tulis cluster: pendidikan, atau hapus 'cluster'."),
    (TYPE, TYPE + "    cluster: kesehatan\n    indicator: perda_kla\n",
     "pertanyaan 'taman': indikator 'perda_kla' tidak berada di klaster 'kesehatan'. "
     "Hapus 'cluster'."),
    (TYPE, TYPE + "    pictures: taman.svg\n",
     "pertanyaan 'taman': bagian 'pictures' tidak dikenal. Mungkin maksudnya 'picture'."),
    (FAR, FAR.replace("text", "teks"),
     "pertanyaan 'taman', pilihan 'jauh': bagian 'text' belum ada. Tambahkan 'text: ...'."),
    (TYPE, TYPE + "    free_text: iya\n",
     "pertanyaan 'taman': bagian 'free_text' harus true atau false, tetapi berisi teks. Tulis "
     "true, atau hapus baris itu."),
    (TYPE, TYPE + "    free_text: true\n",
     "pertanyaan 'taman': jenis 'choice' tidak dibaca sebagai teks bebas. Hapus 'free_text', atau "
     "ganti jenisnya menjadi short_text atau long_text."),
    (TYPE, TYPE + "    max_length: 100\n",
     "pertanyaan 'taman': jenis 'choice' tidak punya panjang teks. Hapus 'max_length', atau ganti "
     "jenisnya menjadi short_text atau long_text."),
    (TYPE, TYPE + "    max_length: 9000\n",
     "pertanyaan 'taman': bagian 'max_length' paling besar 2000. Tulis 2000 atau kurang."),
    (TYPE, TYPE + "    minimum: 5\n",
     "pertanyaan 'taman': jenis 'choice' tidak punya batas angka. Hapus 'minimum' dan 'maximum', "
     "atau ganti jenisnya menjadi number."),
    ("type: number\n", "type: number\n    minimum: 9\n    maximum: 3\n",
     "pertanyaan 'jam': minimum lebih besar daripada maximum. Tukar kedua angka itu."),
    ("type: number\n", "type: information\n    cluster: kesehatan\n",
     "pertanyaan 'jam': jenis 'information' tidak dijawab, jadi tidak punya klaster atau "
     "indikator. Hapus 'cluster' dan 'indicator'."),
    (FAR, "",
     "pertanyaan 'taman': jenis 'choice' butuh 2 sampai 12 pilihan. Tulis pilihannya di bawah "
     "'choices'."),
    (FAR, FAR.replace("jauh", "dekat"),
     "pertanyaan 'taman': kunci pilihan 'dekat' dipakai dua kali. Beri setiap pilihan kunci "
     "sendiri."),
    (FAR, "      - jauh\n",
     "pertanyaan 'taman', pilihan ke-2: pilihan harus berisi beberapa bagian, tetapi berisi teks. "
     "Tulis 'key: ...' dan 'text: ...' di bawahnya."),
    (FAR, FAR.replace(", jv: Adoh", ""),
     "pertanyaan 'taman', pilihan 'jauh': teks bahasa 'jv' belum ada. Tambahkan 'jv: ...', atau "
     "hapus jv dari 'languages'."),
    ("type: number\n", "type: rating\n",
     "pertanyaan 'jam': jenis 'rating' butuh 3 sampai 5 label nilai. Tulis labelnya di bawah "
     "'points', dari yang terendah."),
    ("type: number\n", "type: number\n    points: [satu, dua, tiga]\n",
     "pertanyaan 'jam', label ke-1: label harus berisi teks per bahasa, tetapi berisi teks. Tulis "
     "satu teks untuk setiap bahasa, misalnya 'id: Halo' lalu 'jv: Halo'."),
    ("key: usul", "key: taman",
     "pertanyaan 'taman': kunci ini dipakai dua kali. Beri setiap pertanyaan kunci sendiri."),
    ("  - key: jam\n    type: number\n", "  - type: number\n",
     "pertanyaan ke-3: bagian 'key' belum ada. Tambahkan 'key: ...'."),
    (TYPE, TYPE + "    picture: Taman.JPG\n",
     "pertanyaan 'taman': nama gambar 'Taman.JPG' tidak bisa dipakai. Pakai huruf kecil, angka "
     "dan tanda hubung, lalu .svg, .png atau .webp."),
    (TYPE, TYPE + "    picture: ../../rahasia.svg\n",
     "pertanyaan 'taman': nama gambar '../../rahasia.svg' tidak bisa dipakai. Pakai huruf kecil, "
     "angka dan tanda hubung, lalu .svg, .png atau .webp."),
    (TYPE, TYPE + "    picture: taman.svg\n",
     "pertanyaan 'taman': berkas pictures/taman.svg tidak ada. Tambahkan, atau periksa ejaan "
     "namanya."),
    (TYPE, TYPE + "    audio: taman.mp3\n",
     "pertanyaan 'taman': bagian 'audio' harus berisi satu berkas per bahasa. Tulis misalnya "
     "'id: salam.mp3'."),
    (TYPE, TYPE + "    audio: {id: taman.wav}\n",
     "pertanyaan 'taman': nama rekaman 'taman.wav' tidak bisa dipakai. Pakai huruf kecil, angka "
     "dan tanda hubung, lalu .mp3 atau .ogg."),
    (TYPE, TYPE + "    audio: {id: taman.mp3}\n",
     "pertanyaan 'taman': berkas audio/taman.mp3 tidak ada. Tambahkan, atau periksa ejaan "
     "namanya."),
    ("questions:\n", "questions: satu\nlain:\n",
     "questions: pertanyaan harus daftar, tetapi berisi teks. Tulis satu baris untuk setiap isi, "
     "masing-masing diawali tanda '-'."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), FAULTS)
def test_every_fault_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    """Q001: the first thing an author reads says where, what, and what to do."""
    assert str(problems(changed(tmp_path, old, new))[0]) == f"anak-10-12.yaml, {told}"


@pytest.mark.parametrize(("old", "new", "told"), FAULTS)
def test_no_english_and_no_python_reaches_an_author(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    """Q001: none of the words of the libraries behind it is left in any problem."""
    for problem in problems(changed(tmp_path, old, new)):
        for foreign in ("Input", "should", "valid", "Value error", "None", "dict", "{", "Enum"):
            assert foreign not in f"{problem.reason} {problem.remedy}"
        assert problem.remedy.endswith((".", "ke sini."))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Q002: four faults in three places are four problems, in the order of the file."""
    path = changed(tmp_path, TYPE, "    type: rating\n    cluster: sekolah\n")
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace("version: 1", "version: 0")
        .replace("type: number", "type: angka\n    max_length: 3"),
        encoding="utf-8",
    )
    assert [problem.place for problem in problems(path)] == [
        "version",
        "pertanyaan 'taman'",
        "pertanyaan 'jam'",
        "pertanyaan 'jam'",
    ]


def test_all_missing_translations_are_told_at_once(tmp_path: Path) -> None:
    """Q002: rules between parts are told together too, here three missing translations."""
    path = changed(tmp_path, TITLE, "title: {id: Taman}")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(", jv: Adoh", "").replace(", jv: Usulmu apa", ""))
    assert [problem.place for problem in problems(path)] == [
        "title",
        "pertanyaan 'taman', pilihan 'jauh'",
        "pertanyaan 'usul'",
    ]


# new closing (line 7 of the file) -> the line told -> words of the reason and of the remedy
UNREADABLE = [
    ("closing:\n\tid: Hai", 8, "ada tab", "Pakai spasi"),
    ("closing:\n  id: Hai: apa", 8, "titik dua", "tanda kutip"),
    ('closing:\n  id: "Hai\n  jv: x', 8, "kutip belum ditutup", "Tutup"),
    ('closing:\n  id: "Hai" kawan', 8, "lekukan", "tanda kutip"),
    ("closing:\n   id: Hai\n  jv: x", 9, "lekukan", "Samakan"),
    ("closing:\n  id: @hai", 8, "tidak boleh mengawali", "tanda kutip"),
    ("closing:\n  id: [hai", 8, "kurung", "Tutup kurung"),
    ("closing: {id: Hai?, jv: x}", 7, "kurung", "tanda tanya"),
    ('closing:\n  id: "C:\\Data"', 8, "garis miring terbalik", "kutip tunggal"),
    ("closing:\n  id Hai\n  jv: x", 9, "titik dua", "baris di atasnya"),
    ("closing:\n  id: | Hai", 8, "di belakang tanda |", "baris berikutnya"),
    ("closing:\n  id: a\x07", 8, "tanda kendali", "ketik ulang"),
    ("---\nclosing: x", 7, "'---' kedua", "satu kuesioner"),
    ("? {a: b}\n: x", 7, "satu kata", "nama: isi"),
    ("title: {id: Dua, jv: Loro}", 7, "'title' sudah ditulis di baris 3", "Hapus salah satunya"),
    ("closing: {id: Satu, id: Dua}", 7, "'id' sudah ditulis di baris 7", "Hapus salah satunya"),
    ("closing: &a {id: Hai}", 7, "rujukan", "Tulis isinya lengkap"),
    ("closing: *a", 7, "rujukan", "Tulis isinya lengkap"),
    ("closing: !!python/object/apply:os.system [ls]", 7, "tanda !", "Hapus"),
    ("closing: " + "[" * 60 + "]" * 60, 7, "terlalu dalam", "lekukan"),
    ("closing: " + "[" * 9_000, 7, "terlalu dalam", "lekukan"),
]


@pytest.mark.parametrize(("closing", "line", "reason", "remedy"), UNREADABLE)
def test_what_is_no_yaml_is_told_with_its_line(
    tmp_path: Path, closing: str, line: int, reason: str, remedy: str
) -> None:
    """Q003 Q004: the one problem names the line, what stands there, and what to change."""
    (problem,) = problems(changed(tmp_path, CLOSING, closing))
    assert problem.place == f"baris {line}"
    assert reason in problem.reason
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("raw", "place", "reason"),
    [
        (b"", "berkas", "masih kosong."),
        (b"# nanti diisi\n", "berkas", "masih kosong."),
        (b"- satu\n- dua\n", "berkas", "harus berisi satu kuesioner, bukan daftar atau satu teks."),
        (GOOD.encode("utf-16"), "baris 1", "ada huruf yang bukan UTF-8."),
        (GOOD.replace("Taman,", "Tam\u00e9n,").encode("latin-1"), "baris 3",
         "ada huruf yang bukan UTF-8."),
        (b"a" * 300_000, "berkas", "lebih besar dari 256 KiB."),
    ],
)  # fmt: skip
def test_files_that_are_no_questionnaire(
    tmp_path: Path, raw: bytes, place: str, reason: str
) -> None:
    """Q003: empty files, lists, other encodings and giants are told as what they are."""
    path = tmp_path / "anak.yaml"
    path.write_bytes(raw)
    (problem,) = problems(path)
    assert (problem.file, problem.place, problem.reason) == ("anak.yaml", place, reason)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    """Q003: a missing file, a folder and another ending are told as what they are."""
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "berputar.yaml").symlink_to(tmp_path / "berputar.yaml")
    told = [
        str(problems(tmp_path / name)[0])
        for name in ("tidak-ada.yaml", "folder.yaml", "anak.yml", "berputar.yaml")
    ]
    assert told == [
        "tidak-ada.yaml, berkas: tidak ditemukan. Periksa nama dan foldernya.",
        "folder.yaml, berkas: adalah folder, bukan berkas. Ganti nama folder itu.",
        "anak.yml, berkas: namanya tidak berakhir .yaml. Ganti akhiran namanya.",
        "berputar.yaml, berkas: tidak bisa dibaca (OSError). Periksa berkas itu.",
    ]


def test_words_stay_words(tmp_path: Path) -> None:
    """Q004: no, on, yes, 12:30 and dates are the texts an author typed, not truth or numbers."""
    path = changed(tmp_path, TITLE, "title: {id: no, jv: 12:30}")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("key: dekat", "key: yes").replace("Adoh", "2027-01-01").replace("Jauh", "on")
    )
    read = questionnaire.read(path)
    assert read.title == {Language.ID: "no", Language.JV: "12:30"}
    assert [choice.key for choice in read.questions[0].choices] == ["yes", "jauh"]
    assert read.questions[0].choices[1].text == {Language.ID: "on", Language.JV: "2027-01-01"}


def test_a_mark_of_windows_and_white_space_do_no_harm(tmp_path: Path) -> None:
    """Q004: a byte order mark is skipped, and texts lose the white space around them."""
    path = tmp_path / "anak.yaml"
    text = GOOD.replace(CLOSING, "closing:\n  id: |\n    Terima kasih\n\n  jv: '  Suwun '")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    read = questionnaire.read(path)
    assert read.closing == {Language.ID: "Terima kasih", Language.JV: "Suwun"}


def test_the_guide_shows_what_is_true(tmp_path: Path) -> None:
    """Q010: docs/questionnaires.md is checked with the reader itself."""
    guide = (Path(__file__).parents[1] / "docs" / "questionnaires.md").read_text(encoding="utf-8")
    example = guide.split("```yaml\n")[1].split("```")[0].replace("    picture: toilet.svg\n", "")
    added = questionnaire.read(changed(tmp_path, "questions:\n", f"questions:\n{example}"))
    assert added.questions[0].key == "toilet_sekolah"
    path = changed(tmp_path, TYPE, TYPE + "    cluster: sekolah\n", name="anak-7-9.yaml")
    assert f"    {problems(path)[0]}\n" in guide


SLIPS = ["\t", ":", "- ", "{", "}", "[", '"', "'", "#", "&a ", "*a", "!x ", "|", "?", "%", "\x00"]
SLIPS += [
    "\u202e",
    "null",
    "7",
    "\n",
    "  ",
    "---\n",
    "...\n",
    "<<: ",
    "\x85",
    "=",
    "\N{GRINNING FACE}",
]


@pytest.mark.parametrize("seed", range(8))
def test_slips_of_the_hand_never_surprise(tmp_path: Path, seed: int) -> None:
    """Q011: typed into, cut and re-indented at random, a file still gives whole sentences."""
    dice = random.Random(seed)
    path = tmp_path / "anak.yaml"
    for _ in range(40):
        text = GOOD
        for _ in range(dice.randint(1, 3)):
            place = dice.randrange(len(text))
            cut = dice.choice((0, 0, 1, 7, 30))
            text = text[:place] + dice.choice(SLIPS) * (not cut) + text[place + cut :]
        path.write_text(text, encoding="utf-8")
        reading = questionnaire.read_folder(tmp_path)
        assert bool(reading.questionnaires) != bool(reading.problems)
        for told in reading.problems:
            assert told.file == "anak.yaml"
            assert told.place
            assert told.reason.endswith(".")
            assert told.remedy.endswith(".")
