/** The promise "nothing typed is ever lost", sending side: keep sending until the server has it. */

import { sha256 } from "./sha256.mjs";
import { isOver } from "./storage.mjs";

export const BATCH = { count: 20, bytes: 256 * 1024 };
// A child types for minutes: an unfinished response is sent along at most this often.
export const UNFINISHED_EVERY_MS = 5000;
// The next question is drawn first: on a slow tablet hashing and reading would delay it.
const AFTER_THE_TAP_MS = 100;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5 * 60 * 1000;
// Five corrupt arrivals in a row are no accident of the line (contract of the API, 422).
const CORRUPT_LIMIT = 5;
const VERDICTS = { 200: "stored", 409: "final", 422: "corrupt" };

/** What travels: the content as text, and the hash of exactly that text. */
export function envelope(draft) {
  const sealed = {
    id: draft.id,
    hash: draft.withdrawn ? "" : sha256(draft.content),
    revision: draft.revision,
    finished: draft.finished,
    gathering: draft.code,
    ticket: draft.ticket,
    content: draft.content,
  };
  if (draft.withdrawn) sealed.withdrawn = true;
  return sealed;
}

/** The first envelopes that fit into one request; at least one, however large it is. */
export function nextBatch(envelopes, { count, bytes }) {
  const batch = [];
  let size = 0;
  for (const sealed of envelopes) {
    size += new TextEncoder().encode(JSON.stringify(sealed)).length;
    if (batch.length && (batch.length === count || size > bytes)) break;
    batch.push(sealed);
  }
  return batch;
}

/** Exponential back-off with jitter, so that forty tablets do not return in the same second. */
export function waitAfter(failures, random = Math.random) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * Math.pow(2, failures - 1));
  return longest / 2 + (random() * longest) / 2;
}

/**
 * What an answer of the server means for each envelope.
 * Only a 200 with `suara: 1` that names id and hash counts: a captive portal answers 200 as well.
 * @returns {Map<string, {verdict: "stored"|"final"|"corrupt"|"refused", words?: string}>} by id
 */
export function verdicts(reply, batch) {
  const found = new Map();
  const ours = reply.status === 200 && reply.body && reply.body.suara === 1;
  const results = ours && Array.isArray(reply.body.results) ? reply.body.results : [];
  for (const sealed of batch) {
    const named = results.find((one) => one && one.id === sealed.id && one.hash === sealed.hash);
    if (!named) continue;
    const verdict = VERDICTS[named.status] || "refused";
    found.set(sealed.id, { verdict, words: named.return_words });
  }
  return found;
}

/** The same request will be refused again: an adult has to look at it. */
function isRefusal(status) {
  return status >= 400 && status < 500 && status !== 429 && status !== 408;
}

/** Sends what waits, and says in which state it is. */
export class Outbox {
  /**
   * @param {{storage: import("./storage.mjs").Storage, post: Function, onChange: Function,
   *   onWordsTaken: Function, random?: Function}} parts
   */
  constructor({ storage, post, onChange, onWordsTaken, random = Math.random }) {
    Object.assign(this, { storage, post, onChange, onWordsTaken, random });
    this.failures = 0;
    this.limit = BATCH.count;
    this.unfinishedFrom = 0;
    this.sent = new Map();
    this.held = new Map();
    this.waiting = 0;
    this.stopped = false;
  }

  /** Look soon; `urgent` also sends unfinished work now and forgets every waiting time. */
  wake({ urgent = false } = {}) {
    if (this.stopped) return;
    if (urgent) {
      this.failures = 0;
      this.unfinishedFrom = 0;
      this.held.forEach((hold) => (hold.until = 0));
    }
    if (!this.failures) this._schedule(urgent ? 0 : AFTER_THE_TAP_MS);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** One of the three states a child sees: `saved`, `sent` or `help`. */
  stateOf(draft) {
    if ((this.sent.get(draft.id) || 0) >= draft.revision) return "sent";
    const hold = this.held.get(draft.id);
    return this.storage.failing || (hold && hold.help) ? "help" : "saved";
  }

  /** The state of everything that waits here, whoever's it is. */
  get state() {
    const stuck = Array.from(this.held.values()).some((hold) => hold.help);
    return this.waiting && (this.storage.failing || stuck) ? "help" : "saved";
  }

  _schedule(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this._run(), wait);
  }

  async _run() {
    this.again = this.running;
    if (this.running) return;
    this.running = true;
    // Whatever goes wrong in between, a child's answers must not stay behind for good.
    const wait = await this._sendAll().catch(() => UNFINISHED_EVERY_MS);
    this.running = false;
    if (this.stopped) return;
    this.onChange();
    if (this.again && !this.failures) this._schedule(0);
    else if (wait !== null) this._schedule(wait);
  }

  /** Send until nothing is due; the milliseconds until something is, or null. */
  async _sendAll() {
    for (;;) {
      const { due, wait } = await this._due(Date.now());
      if (!due.length) return wait;
      const batch = nextBatch(due.map(envelope), { count: this.limit, bytes: BATCH.bytes });
      const reply = await this.post({ suara: 1, responses: batch });
      if (this.stopped) return null;
      if (batch.some((sealed) => !sealed.finished)) {
        this.unfinishedFrom = Date.now() + UNFINISHED_EVERY_MS;
      }
      if (!(await this._settle(reply, batch))) {
        // Forty tablets were told the same: they come back spread over half of it again.
        const told = reply.retryAfter * 1000 * (1 + this.random() / 2);
        return Math.max(waitAfter(this.failures, this.random), told);
      }
    }
  }

  /** What the server has not acknowledged and may be sent now, what is over before what is not. */
  async _due(now) {
    const all = await this.storage.drafts();
    const waiting = [];
    for (const { draft, sent } of all) {
      const acknowledged = Math.max(sent, this.sent.get(draft.id) || 0);
      if (draft.revision > acknowledged) waiting.push(draft);
      else if (isOver(draft)) await this.storage.settle(draft.id, draft.revision);
    }
    this.waiting = waiting.length;
    this.onChange();
    const from = (draft) =>
      Math.max(
        isOver(draft) || this.storage.failing ? 0 : this.unfinishedFrom,
        this.held.has(draft.id) ? this.held.get(draft.id).until : 0
      );
    const due = waiting.filter((draft) => from(draft) <= now);
    due.sort((one, other) => isOver(other) - isOver(one));
    const soonest = Math.min(...waiting.map(from));
    return { due, wait: waiting.length ? Math.max(0, soonest - now) : null };
  }

  /** Note what the server said; false when it could not be reached and it is time to wait. */
  async _settle(reply, batch) {
    if (isRefusal(reply.status)) {
      // One bad envelope must not hold up the others: find it by sending smaller batches.
      if (batch.length === 1) this._hold(batch[0].id, true);
      this.limit = Math.max(1, batch.length >> 1);
      return true;
    }
    const said = verdicts(reply, batch);
    if (!said.size) {
      this.failures += 1;
      return false;
    }
    this.failures = 0;
    this.limit = BATCH.count;
    for (const sealed of batch) {
      const { verdict, words } = said.get(sealed.id) || {};
      if (verdict === "stored" || verdict === "final") await this._accept(sealed, verdict, words);
      else this._hold(sealed.id, verdict === "refused");
    }
    return true;
  }

  async _accept(sealed, verdict, words) {
    this.sent.set(sealed.id, Math.max(sealed.revision, this.sent.get(sealed.id) || 0));
    this.held.delete(sealed.id);
    await this.storage.settle(sealed.id, sealed.revision, { final: verdict === "final" });
    if (words === "taken") this.onWordsTaken(sealed.id);
  }

  /** This one did not get through: try again later, and call an adult when that does not help. */
  _hold(id, refused) {
    const tries = (this.held.has(id) ? this.held.get(id).tries : 0) + 1;
    const until = Date.now() + waitAfter(tries, this.random);
    this.held.set(id, { tries, until, help: refused || tries >= CORRUPT_LIMIT });
  }
}
