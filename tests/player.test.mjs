/**
 * The player's promises that need no browser.
 *
 * J1  SHA-256 agrees with the standard's examples and with Node's own, for any text.
 * J2  Ids are version-4 UUIDs, also without crypto.randomUUID.
 * J3  Only a 200 with `suara: 1` that names id and hash is an acknowledgement.
 * J4  Nothing leaves the outbox before it is acknowledged; what is over is then forgotten.
 * J5  A bad envelope never holds up the others, and ends in "butuh bantuan guru".
 * J6  Waiting grows from about 1 s to 5 min and never hammers.
 * J7  Storage falls back, merges by revision, and never deletes a newer revision.
 * J8  A draft can be opened again, and one of an unknown schema can still be sent.
 * J9  An answer is complete when its question type says so; the same number of screens for all.
 * J10 Every module and style is understood by Chrome 70; no innerHTML, no third party.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import * as drafts from "../survey_app/player/draft.mjs";
import { codeInPath, normaliseCode } from "../survey_app/player/network.mjs";
import { envelope, nextBatch, Outbox, verdicts, waitAfter } from "../survey_app/player/outbox.mjs";
import { complaint, optionsOf, parseNumber, sentencesOf } from "../survey_app/player/questions.mjs";
import { sha256 } from "../survey_app/player/sha256.mjs";
import { voiceFor } from "../survey_app/player/speech.mjs";
import { memoryShelf, Storage } from "../survey_app/player/storage.mjs";
import { faultsOfScript, faultsOfStyle } from "./chrome70.mjs";

const FOLDER = new URL("../survey_app/player/", import.meta.url);
const PACK = {
  gathering: { code: "C4D7FH", ticket: "t", mode: "child" },
  questionnaire: {
    key: "uji", version: 2, languages: ["id", "jv"],
    questions: [
      { key: "salam", type: "information" },
      { key: "rasa", type: "faces" },
      { key: "cerita", type: "long_text" },
    ],
  },
  words: [["kucing", "ayam"], ["merah"], ["tujuh"]],
};

function begun(fields) {
  const draft = drafts.newDraft(PACK, { language: "id", mode: "child", assent: true });
  return Object.assign(draft, { revision: 1 }, fields);
}

const record = (fields) => drafts.toRecord(begun(fields), 0);
const acknowledged = (batch, fields) => ({
  status: 200,
  retryAfter: 0,
  body: {
    suara: 1,
    results: batch.map(({ id, hash }) => Object.assign({ id, hash, status: 200, outcome: "stored" }, fields)),
  },
});
const unreachable = { status: 0, body: null, retryAfter: 0 };

/** An outbox on a memory shelf whose server is `answer`; `posted` lists the batches. */
function outbox(answer) {
  const storage = new Storage([memoryShelf(), memoryShelf()]);
  const posted = [];
  const post = async ({ responses }) => {
    posted.push(responses);
    return answer(responses, posted.length);
  };
  const box = new Outbox({ storage, post, onChange: () => {}, onWordsTaken: () => {}, random: () => 1 });
  return { box, storage, posted };
}

test("J1: SHA-256 of the standard's examples and of every length around a block", () => {
  assert.equal(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  for (const text of ["ꦲꦏꦱꦫ é 🐈", ...Array.from({ length: 140 }, (_, n) => "a".repeat(n))]) {
    assert.equal(sha256(text), createHash("sha256").update(text).digest("hex"));
  }
});

test("J2: a UUID of version 4 with and without crypto.randomUUID", () => {
  const old = { getRandomValues: (bytes) => bytes.fill(255) };
  assert.equal(drafts.uuid(old), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  assert.match(drafts.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("J3: a captive portal's 200 is no acknowledgement, and neither is one of another hash", () => {
  const batch = [envelope(record())];
  const said = (reply) => verdicts(reply, batch).size;
  assert.equal(said({ status: 200, body: null }), 0);
  assert.equal(said({ status: 200, body: { ok: true, results: [{ id: batch[0].id }] } }), 0);
  assert.equal(said({ status: 200, body: { suara: 1, results: "ya" } }), 0);
  assert.equal(said(acknowledged([{ id: batch[0].id, hash: "lain" }])), 0);
  assert.equal(said({ ...acknowledged(batch), status: 500 }), 0);
  assert.equal(verdicts(acknowledged(batch), batch).get(batch[0].id).verdict, "stored");
});

test("J3: the envelope's hash is over exactly the text that travels", () => {
  const sealed = envelope(record());
  assert.equal(sealed.hash, createHash("sha256").update(sealed.content).digest("hex"));
  const keys = ["content", "finished", "gathering", "hash", "id", "revision", "ticket"];
  assert.deepEqual(Object.keys(sealed).sort(), keys);
  const gone = envelope(record({ withdrawn: true }));
  assert.deepEqual([gone.hash, gone.content, gone.withdrawn], ["", "", true]);
});

test("J4: a finished response stays until it is acknowledged and is then forgotten", async () => {
  let online = false;
  const { box, storage } = outbox((batch) => (online ? acknowledged(batch) : unreachable));
  const done = record({ finished: true });
  await storage.save(done);
  await box._sendAll();
  assert.equal((await storage.drafts()).length, 1);
  assert.equal(box.stateOf(done), "saved");
  online = true;
  await box._sendAll();
  assert.deepEqual(await storage.drafts(), []);
  assert.equal(box.stateOf(done), "sent");
});

test("J4: an unfinished response is sent along, at most every five seconds, and kept", async () => {
  const { box, storage, posted } = outbox(acknowledged);
  const open = record();
  await storage.save(open);
  assert.equal(await box._sendAll(), null);
  await storage.save(Object.assign({}, open, { revision: 2 }));
  const wait = await box._sendAll();
  assert.equal(posted.length, 1);
  assert.ok(wait > 4000 && wait <= 5000);
  assert.equal((await storage.drafts())[0].draft.revision, 2);
});

test("J4: a left draft whose last revision the server has is forgotten without asking again", async () => {
  const { box, storage, posted } = outbox(acknowledged);
  const open = record();
  await storage.save(open);
  await box._sendAll();
  await storage.save(Object.assign({}, open, { left: true }));
  await box._sendAll();
  assert.equal(posted.length, 1);
  assert.deepEqual(await storage.drafts(), []);
});

test("J4: 409 is final", async () => {
  const { box, storage } = outbox((batch) => acknowledged(batch, { status: 409, outcome: "finished" }));
  await storage.save(record({ finished: true }));
  await box._sendAll();
  assert.deepEqual(await storage.drafts(), []);
});

test("J5: five corrupt arrivals call a teacher, and the others get through meanwhile", async () => {
  const bad = record({ finished: true });
  const good = record({ finished: true });
  const { box, storage } = outbox((batch) => {
    const reply = acknowledged(batch);
    for (const result of reply.body.results) if (result.id === bad.id) result.status = 422;
    return reply;
  });
  await storage.save(bad);
  await storage.save(good);
  for (let times = 1; times <= 5; times++) {
    assert.equal(box.stateOf(bad), "saved");
    box.held.forEach((hold) => (hold.until = 0));
    await box._sendAll();
    assert.equal(box.stateOf(good), "sent");
  }
  assert.equal(box.stateOf(bad), "help");
  assert.deepEqual((await storage.drafts()).map((one) => one.draft.id), [bad.id]);
});

test("J5: a request refused as a whole is tried in parts until only the bad one is left", async () => {
  const all = Array.from({ length: 5 }, () => record({ finished: true }));
  const bad = all[2].id;
  const { box, storage } = outbox((batch) =>
    batch.some((sealed) => sealed.id === bad) ? { status: 413, body: null, retryAfter: 0 } : acknowledged(batch)
  );
  for (const one of all) await storage.save(one);
  await box._sendAll();
  assert.deepEqual((await storage.drafts()).map((one) => one.draft.id), [bad]);
  assert.equal(box.stateOf(all[2]), "help");
});

test("J5: batches hold at most 20 envelopes and 256 KiB, but always one", () => {
  const large = Array.from({ length: 5 }, (_, n) => ({ id: String(n), content: "é".repeat(50_000) }));
  assert.equal(nextBatch(large, { count: 20, bytes: 256 * 1024 }).length, 2);
  assert.equal(nextBatch(large, { count: 20, bytes: 10 }).length, 1);
  assert.equal(nextBatch(Array(50).fill({ id: "" }), { count: 20, bytes: 256 * 1024 }).length, 20);
});

test("J6: back-off doubles from 1 s to 5 min with jitter, and Retry-After is obeyed", async () => {
  assert.deepEqual([1, 2, 3].map((n) => waitAfter(n, () => 1)), [1000, 2000, 4000]);
  assert.equal(waitAfter(1, () => 0), 500);
  assert.equal(waitAfter(60, () => 1), 300_000);
  for (const [random, longest] of [[0, 30_000], [1, 45_000]]) {
    const { box, storage } = outbox(() => ({ status: 429, body: null, retryAfter: 30 }));
    box.random = () => random;
    await storage.save(record({ finished: true }));
    assert.equal(await box._sendAll(), longest);
    assert.equal(box.stateOf(record()), "saved");
  }
});

test("J6: 429, 503 and 408 put off, call nobody and drop nothing; then everything is sent", async () => {
  const refusals = [429, 503, 408, 500, 502];
  const { box, storage, posted } = outbox((batch, times) =>
    times > refusals.length ? acknowledged(batch) : { status: refusals[times - 1], body: null, retryAfter: 5 }
  );
  await storage.save(record({ id: "a", finished: true }));
  await storage.save(record({ id: "b", finished: true }));
  for (const _ of refusals) {
    assert.ok((await box._sendAll()) >= 5000);
    assert.equal(box.state, "saved");
    assert.equal((await storage.drafts()).length, 2);
  }
  assert.equal(await box._sendAll(), null);
  assert.deepEqual(posted[refusals.length].map((sealed) => sealed.id).sort(), ["a", "b"]);
  assert.equal(box.stateOf(record({ id: "a" })), "sent");
});

test("J7: when the first shelf fails the next takes it; on the last a teacher is called", async () => {
  const full = () => Promise.reject(new Error("full"));
  const broken = { put: full, get: full, all: full, settle: full };
  const second = memoryShelf();
  const storage = new Storage([broken, second, memoryShelf()]);
  await storage.save(record({ id: "a" }));
  assert.equal(storage.failing, false);
  assert.equal((await second.all("drafts"))[0].id, "a");
  const last = new Storage([broken, memoryShelf()]);
  await last.save(record({ id: "b" }));
  assert.equal(last.failing, true);
  assert.equal((await last.drafts())[0].draft.id, "b");
});

test("J7: the newest revision of all shelves counts, and settling an older one keeps it", async () => {
  const first = memoryShelf();
  const second = memoryShelf();
  const storage = new Storage([first, second]);
  await first.put("drafts", record({ id: "a", revision: 3, finished: true }));
  await second.put("drafts", record({ id: "a", revision: 5, finished: true }));
  await storage.settle("a", 3);
  const [{ draft, sent }] = await storage.drafts();
  assert.deepEqual([draft.revision, sent], [5, 3]);
});

test("J7: many saves in a row write the last one", async () => {
  const storage = new Storage([memoryShelf(), memoryShelf()]);
  const draft = record({ id: "a" });
  await Promise.all([1, 2, 3, 4].map((revision) => storage.save(Object.assign({}, draft, { revision }))));
  assert.equal((await storage.drafts())[0].draft.revision, 4);
});

test("J7: when the page ends before a write is done, the next shelf has it, and the later one counts", async () => {
  const slow = memoryShelf();
  const second = memoryShelf();
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  const storage = new Storage([
    Object.assign({}, slow, { put: (store, value) => gate.then(() => slow.put(store, value)) }),
    second,
    memoryShelf(),
  ]);
  const draft = record({ id: "a", revision: 2 });
  storage.save(Object.assign({}, draft, { updated: 10, screen: 1 }));
  const written = storage.save(Object.assign({}, draft, { updated: 11, screen: 2 }));
  storage.hurry();
  assert.equal((await second.all("drafts"))[0].screen, 2);
  go();
  await written;
  assert.equal((await storage.drafts())[0].draft.screen, 2);
  assert.deepEqual(await second.all("drafts"), [], "no older copy of a child's words stays behind");
  await storage.save(Object.assign({}, draft, { updated: 12, screen: 3 }));
  storage.hurry();
  assert.deepEqual(await second.all("drafts"), [], "nothing was unwritten");
  assert.equal((await storage.drafts())[0].draft.screen, 3);
});

test("J8: a stored draft opens with its answers; of a newer schema it is only sent", () => {
  const draft = begun();
  drafts.answer(draft, "rasa", 4, "jv");
  const stored = drafts.toRecord(draft, 7);
  assert.deepEqual(drafts.fromRecord(stored).content.answers.rasa, { value: 4, language: "jv", skipped: false });
  const newer = Object.assign({}, stored, { schema: drafts.SCHEMA + 1 });
  assert.equal(drafts.fromRecord(newer), null);
  assert.equal(envelope(newer).content, stored.content);
  assert.equal(drafts.fromRecord(Object.assign({}, stored, { content: "{" })), null);
});

test("J8: a skipped and a taken-back answer are null; one never given leaves no trace", () => {
  const draft = begun();
  drafts.answer(draft, "cerita", undefined, "id");
  assert.deepEqual(draft.content.answers, {});
  drafts.answer(draft, "cerita", "halo", "id");
  drafts.answer(draft, "cerita", undefined, "id");
  assert.deepEqual(draft.content.answers.cerita, { value: null, language: "id", skipped: true });
});

test("J8: a returning child continues at the first question without an answer", () => {
  const draft = begun();
  assert.equal(drafts.firstOpenScreen(draft, PACK.questionnaire.questions), 1);
  drafts.answer(draft, "rasa", 4, "id");
  drafts.answer(draft, "cerita", null, "id");
  assert.equal(drafts.firstOpenScreen(draft, PACK.questionnaire.questions), 2);
});

test("J8: half characters and NUL never leave the tablet", () => {
  assert.equal(drafts.cleanText("a\ud83d b\udc00\0 🐈"), "a b 🐈");
});

test("J9: what is missing is said per type", () => {
  assert.equal(complaint({ type: "information" }, undefined), null);
  assert.equal(complaint({ type: "faces" }, undefined).key, "pilih_dulu");
  assert.equal(complaint({ type: "choices" }, []).key, "pilih_dulu");
  assert.equal(complaint({ type: "short_text" }, undefined).key, "tulis_dulu");
  assert.equal(complaint({ type: "number", minimum: 0 }, 0), null);
  assert.equal(complaint({ type: "number", minimum: 6, maximum: 17 }, 18).key, "angka_antara");
  assert.equal(complaint({ type: "number", maximum: 17 }, 18).key, "angka_maksimal");
  assert.equal(complaint({ type: "number", minimum: 6 }, 5).key, "angka_minimal");
});

test("J9: numbers are read with comma or point, and nothing else is a number", () => {
  assert.deepEqual(["12", " 3,5 ", "-2", "0"].map(parseNumber), [12, 3.5, -2, 0]);
  assert.deepEqual(["", "dua", "1e9", "0x10", "1,2,3"].map(parseNumber), Array(5).fill(undefined));
});

test("J9: options and what is read aloud, in the child's language", () => {
  const t = (key) => key;
  const rating = { type: "rating", text: { jv: "T" }, hint: { jv: "H" }, points: [{ jv: "a" }, { jv: "b" }] };
  assert.deepEqual(optionsOf(rating, "jv", t).map((one) => one.value), [1, 2]);
  assert.deepEqual(sentencesOf(rating, "jv", t), ["T", "H", "a", "b"]);
  assert.deepEqual(optionsOf({ type: "faces" }, "id", t).map((one) => one.value), [1, 2, 3, 4, 5]);
});

test("J9: codes are typed with hyphens, spaces and small letters", () => {
  assert.equal(normaliseCode(" c4d-7fh "), "C4D7FH");
  assert.equal(codeInPath("/isi/c4d7fh"), "C4D7FH");
  assert.equal(codeInPath("/isi/%C3%28/"), "C328");
  assert.equal(codeInPath("/"), "");
});

test("J9: Javanese is read by its own voice, else an Indonesian one; never over the internet", () => {
  const voices = [
    { lang: "en-GB", localService: true },
    { lang: "id-ID", localService: false },
    { lang: "id_ID", localService: true },
  ];
  assert.equal(voiceFor("jv", voices), voices[2]);
  const javanese = { lang: "jv-ID", localService: true };
  assert.equal(voiceFor("jv", voices.concat(javanese)), javanese);
  assert.equal(voiceFor("id", voices.slice(0, 2)), null);
});

test("J10: every module is written as Chrome 70 reads it", () => {
  for (const name of readdirSync(FOLDER).filter((one) => /\.m?js$/.test(one))) {
    const source = readFileSync(new URL(name, FOLDER), "utf8").replace("{{files}}", "[]");
    assert.deepEqual(faultsOfScript(source), [], name);
  }
});

test("J10: newer syntax, newer functions and innerHTML are found where somebody writes them", () => {
  for (const source of [
    "a?.b", "a ?? b", "a ||= b", "class A { x = 1 }", "class A { #x() {} }", "1_000",
    "text.replaceAll('a', 'b')", "Promise.allSettled([])", "text.matchAll(/a/g)", "globalThis.x",
    "await 1", "node.replaceChildren()", "node.innerHTML = text", "list.at(-1)",
    "Object.fromEntries([])", "node.inert = true", "queueMicrotask(run)", "export * as a from './a.mjs'",
  ]) {
    assert.equal(faultsOfScript(source).length, 1, source);
  }
  assert.deepEqual(faultsOfScript("try { (async () => await 1)() } catch (_) { `${{ ...a }}` }"), []);
});

test("J10: the style sheet is read by Chrome 70, and rows have no gaps", () => {
  for (const name of readdirSync(FOLDER).filter((one) => one.endsWith(".css"))) {
    assert.deepEqual(faultsOfStyle(readFileSync(new URL(name, FOLDER), "utf8")), [], name);
  }
  for (const rule of [
    "a { width: clamp(1px, 2vw, 3px) }", "a { inset: 0 }", "a { aspect-ratio: 1 }", "a { height: 100dvh }",
    "a { display: flex; gap: 1rem }", "a:focus-visible { color: red }", "a:is(b) { color: red }",
    "a { width: min(1px, 2px) }", "@import 'x.css';", "a { background: url(https://example.org/a.png) }",
  ]) {
    assert.equal(faultsOfStyle(rule).length, 1, rule);
  }
  assert.deepEqual(faultsOfStyle("a { display: grid; grid-template-columns: minmax(1px, 1fr); grid-gap: 1px }"), []);
});

test("J10: the page asks nobody else for anything", () => {
  const names = readdirSync(FOLDER).filter((one) => /\.(m?js|html|css)$/.test(one));
  for (const name of names) {
    const source = readFileSync(new URL(name, FOLDER), "utf8");
    const addresses = (source.match(/https?:\/\/[^\s"')]+/g) || []).filter(
      (one) => !one.startsWith("http://www.w3.org/")
    );
    assert.deepEqual(addresses, [], name);
  }
  const page = readFileSync(new URL("shell.html", FOLDER), "utf8");
  assert.equal(/<script(?![^>]*(src=|type="application\/json"))/.test(page), false);
  assert.equal(/ (style|on[a-z]+)=/.test(page), false);
});
