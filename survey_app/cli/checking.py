"""Is this installation fit for a gathering? `suara check` looks before the children come."""

import asyncio
import shutil
import ssl
import time
import urllib.request
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from http.client import HTTPException
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

import typer

from survey_app import mail, notices, retention, settings
from survey_app.cli.keys import NOT_CONFIRMED
from survey_app.cli.output import AsJson, print_rows
from survey_app.errors import MailError, ProviderError, SuaraError
from survey_app.settings import Settings
from survey_app.store import Store, backup, checks, gatherings, screening, unlocking
from survey_app.store.database import now
from survey_app.store.notices import delivery
from survey_app.store.questionnaires import newest
from survey_app.store.screening import ScreeningState

_ENOUGH_DISK = 500 * 1024 * 1024  # 100,000 responses of 12 answers: about 200 MB
_EARLIEST = 1_790_000_000  # September 2026: a clock before this release is wrong
_PATIENCE = 3.0  # seconds, as a tablet on a slow Wi-Fi needs
_BACKUP_EVERY = timedelta(days=1)  # more than a day of children's answers is not to be lost
_STATES = {
    ScreeningState.READY: "siap",
    ScreeningState.LEARNING: "sedang menyiapkan diri",
    ScreeningState.AWAY: "tidak berjalan",
}
_LABELS = {
    "name": "Yang diperiksa",
    "good": "Baik",
    "sentence": "Keterangan",
    "remedy": "Perbaikan",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: is it good, what was seen, and what to do if not."""

    name: str
    good: bool
    sentence: str
    remedy: str = ""


def check(
    as_json: AsJson = False,
    email: Annotated[
        bool, typer.Option("--email", help="Kirim juga surel percobaan ke SUARA_ALERT_EMAIL.")
    ] = False,
) -> None:
    """Periksa basis data, cadangan, kunci, masa simpan, disk, jam, surel, akun kota, alamat."""
    chosen = settings.load()
    looks = (
        *(_database, _key, _backup, _deletion, _disk, _clock, _address, _app, _screening, _mail),
        _city,
    )
    findings = [look(chosen) for look in looks]
    if email:
        findings.append(_test_mail(chosen))
    rows = [asdict(finding) for finding in findings]
    if not as_json:
        rows = [row | {"good": "ya" if row["good"] else "TIDAK"} for row in rows]
    print_rows(rows, as_json=as_json, labels=_LABELS, empty="")
    raise typer.Exit(0 if all(finding.good for finding in findings) else 1)


def _database(chosen: Settings) -> Finding:
    name = "Basis data"
    try:
        store = Store.of(chosen)
    except SuaraError as error:
        return Finding(name, False, error.sentence, error.remedy)
    try:
        if fault := checks.integrity_fault(store):
            return Finding(name, False, fault, "Pulihkan dari salinan cadangan.")
        sentence = (
            f"{len(newest(store))} kuesioner, {len(gatherings.all_gatherings(store))} pertemuan"
        )
        return Finding(name, True, sentence)
    except SuaraError as error:
        return Finding(name, False, error.sentence, error.remedy)
    finally:
        store.close()


def _key(chosen: Settings) -> Finding:
    name = "Cadangan kunci"
    try:
        with closing(Store.of(chosen)) as store:
            found = unlocking.status(store, count=False)
    except SuaraError as error:
        return Finding(name, False, "belum bisa diperiksa", error.remedy)
    if found.stale:
        return Finding(
            name, False, "penggantian kunci belum selesai", "Jalankan `suara key rotate`."
        )
    if found.backup_confirmed_at is None:
        return Finding(
            name, False, f"kunci {found.name} belum dipastikan ada cadangannya", NOT_CONFIRMED
        )
    day = found.backup_confirmed_at.strftime("%d-%m-%Y")
    return Finding(name, True, f"kunci {found.name} dipastikan pada {day}")


def _backup(chosen: Settings) -> Finding:
    name = "Cadangan"
    try:
        store = Store.of(chosen)
    except SuaraError:
        return Finding(name, True, "tidak bisa diperiksa tanpa basis data")
    try:
        last, needed = backup.last_backup(store), backup.has_something_to_lose(store)
    except SuaraError as error:
        return Finding(name, False, error.sentence, error.remedy)
    finally:
        store.close()
    late = last is None or now() - last > _BACKUP_EVERY
    sentence = f"terakhir {last.astimezone():%d-%m-%Y %H:%M}" if last else "belum pernah dibuat"
    remedy = "Buat sekarang: suara backup FOLDER (docs/backup.md)."
    return _judged(name, not (needed and late), sentence, remedy)


def _deletion(chosen: Settings) -> Finding:
    """Wrong only where something is too old: nothing is while the app is new, or off for a day."""
    name = "Masa simpan"
    try:
        store = Store.of(chosen)
    except SuaraError:
        return Finding(name, True, "tidak bisa diperiksa tanpa basis data")
    try:
        last, late = retention.last_report(store), retention.is_late(store)
        overdue = retention.look(store, chosen).total if late else 0
    except SuaraError as error:
        return Finding(name, False, error.sentence, error.remedy)
    finally:
        store.close()
    ran = f"terakhir {last.at.astimezone():%d-%m-%Y}, {last.total} dihapus" if last else "belum"
    sentence = f"penghapusan {ran}" + (f"; {overdue} melewati masa simpan" if overdue else "")
    remedy = "Biarkan aplikasi berjalan, atau hapus sekarang: suara retention --run."
    return _judged(name, not overdue, sentence, remedy)


def _disk(chosen: Settings) -> Finding:
    folder = chosen.data_dir if chosen.data_dir.exists() else chosen.data_dir.absolute().parent
    free = shutil.disk_usage(folder).free
    sentence = f"{free // 1024**2} MiB kosong"
    return _judged("Disk", free >= _ENOUGH_DISK, sentence, "Kosongkan paling sedikit 500 MiB.")


def _clock(_chosen: Settings) -> Finding:
    moment = time.time()
    sentence = time.strftime("%d-%m-%Y %H:%M %Z", time.localtime(moment))
    return _judged("Jam", moment > _EARLIEST, sentence, "Setel jam dan tanggal komputer ini.")


def _judged(name: str, good: bool, sentence: str, remedy: str) -> Finding:
    """A finding whose remedy is told only where something is wrong."""
    return Finding(name, good, sentence, "" if good else remedy)


def _address(chosen: Settings) -> Finding:
    address = chosen.tablet_url
    host = urlsplit(address).hostname or ""
    name = "Alamat untuk tablet"
    if _is_only_here(host):
        remedy = "Sambungkan ke Wi-Fi sekolah, atau isi SUARA_PUBLIC_URL."
        return Finding(name, False, f"{address} hanya bisa dibuka di komputer ini", remedy)
    if _answers(chosen.local_url) and not _answers(address):
        remedy = "Periksa SUARA_PUBLIC_URL, tembok api komputer ini, dan proksinya."
        return Finding(name, False, f"aplikasi berjalan, tetapi {address} tidak menjawab", remedy)
    if urlsplit(address).scheme != "https":
        sentence = f"{address} (tanpa HTTPS: tablet tidak bisa memuat ulang saat Wi-Fi mati)"
        return Finding(name, True, sentence, "Lihat docs/https.md.")
    return Finding(name, True, address)


def _is_only_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")


def _app(chosen: Settings) -> Finding:
    if _answers(chosen.local_url):
        return Finding("Aplikasi", True, f"berjalan di port {chosen.port}")
    return Finding("Aplikasi", True, f"belum berjalan di port {chosen.port}")


def _screening(chosen: Settings) -> Finding:
    name = "Penyaring"
    if not _answers(chosen.local_url):
        return Finding(name, True, "berjalan bersama aplikasi")
    try:
        store = Store.of(chosen)
    except SuaraError as error:
        return Finding(name, False, error.sentence, error.remedy)
    try:
        how = screening.screening(store)
    except SuaraError as error:
        return Finding(name, False, error.sentence, error.remedy)
    finally:
        store.close()
    sentence = f"{_STATES[how.state]}; {how.waiting} isian menunggu disaring"
    return _judged(name, how.state is not ScreeningState.AWAY, sentence, "Jalankan ulang aplikasi.")


def _mail(chosen: Settings) -> Finding:
    name = "Surel petugas"
    if not notices.is_on(chosen):
        good = not (chosen.smtp_url or chosen.alert_email)
        sentence = "tidak dipakai" if good else "hanya setengahnya diatur"
        return _judged(name, good, sentence, "Isi SUARA_SMTP_URL dan SUARA_ALERT_EMAIL.")
    try:
        with closing(Store.of(chosen)) as store:
            how = delivery(store)
    except SuaraError as error:
        return Finding(name, False, "belum bisa diperiksa", error.remedy)
    if how.failing_since:
        since = f"{how.failing_since.astimezone():%d-%m-%Y %H:%M}"
        remedy = "Perbaiki, lalu coba: suara check --email"
        return Finding(name, False, f"gagal sejak {since}: {how.fault}", remedy)
    last = f"terakhir {how.sent_at.astimezone():%d-%m-%Y %H:%M}" if how.sent_at else "belum pernah"
    return Finding(name, True, f"dikirim lewat {mail.server_at(chosen.smtp_url).host}; {last}")


def _city(chosen: Settings) -> Finding:
    name = "Akun kota"
    if (provider := chosen.provider) is None:
        return Finding(name, True, "tidak dipakai")
    from survey_app.oidc.asking import discover  # httpx takes 0.2 s

    try:
        asyncio.run(discover(provider))
    except ProviderError as error:
        return Finding(name, False, error.sentence, error.remedy)
    return Finding(name, True, f"{provider.issuer} menjawab; alamat kembali {provider.back}")


def _test_mail(chosen: Settings) -> Finding:
    name = "Surel percobaan"
    if not notices.is_on(chosen):
        return Finding(name, False, "tidak dikirim", "Isi SUARA_SMTP_URL dan SUARA_ALERT_EMAIL.")
    try:
        count = notices.send_test(chosen)
    except MailError as error:
        return Finding(name, False, error.sentence, error.remedy)
    return Finding(name, True, f"diterima server surel untuk {count} alamat; periksa kotak masuk")


def _answers(address: str) -> bool:
    """Whether our app answers there; who signed the certificate is the tablets' question."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting)
    )
    try:
        with direct.open(f"{address}/healthz", timeout=_PATIENCE) as answer:
            return b'"suara"' in answer.read(200)
    except (OSError, ValueError, HTTPException):
        return False
