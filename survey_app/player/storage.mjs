/** Where drafts wait on the tablet: IndexedDB, else localStorage, else only this page's memory. */

const DATABASE = "suara-anak";
const DATABASE_VERSION = 1;
const PREFIX = "suara:";
// A database that neither opens nor fails (seen with broken profiles) must not keep a child waiting.
const OPEN_TIMEOUT_MS = 3000;

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

function openDatabase(factory) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("timeout")), OPEN_TIMEOUT_MS);
    const request = factory.open(DATABASE, DATABASE_VERSION);
    request.onupgradeneeded = () => {
      for (const name of ["drafts", "sent"]) {
        request.result.createObjectStore(name, { keyPath: "id" });
      }
      request.result.createObjectStore("packages", { keyPath: "code" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Drafts in IndexedDB, each write on disk before it counts (`durability: "strict"`). */
function databaseShelf(factory) {
  let opening = null;
  function database() {
    if (!opening) {
      opening = openDatabase(factory).then((opened) => {
        opened.onclose = () => (opening = null);
        opened.onversionchange = () => {
          opened.close();
          opening = null;
        };
        return opened;
      });
      opening.catch(() => (opening = null));
    }
    return opening;
  }
  async function write(stores, work) {
    const opened = await database();
    const transaction = opened.transaction(stores, "readwrite", { durability: "strict" });
    const finished = done(transaction);
    work(transaction);
    return finished;
  }
  async function read(store, key) {
    const opened = await database();
    const objects = opened.transaction(store).objectStore(store);
    return result(key === undefined ? objects.getAll() : objects.get(key));
  }
  return {
    put: (store, value) => write([store], (t) => t.objectStore(store).put(value)),
    get: (store, key) => read(store, key),
    all: (store) => read(store),
    /** Delete the draft only if nobody wrote a later revision since: compared in one transaction. */
    settle: (id, revision, keep) =>
      write(["drafts", "sent"], (transaction) => {
        const drafts = transaction.objectStore("drafts");
        const sent = transaction.objectStore("sent");
        drafts.get(id).onsuccess = (event) => {
          const draft = event.target.result;
          if (!draft || (draft.revision <= revision && !keep(draft))) {
            drafts.delete(id);
            sent.delete(id);
          } else {
            sent.put({ id, revision });
          }
        };
      }),
  };
}

/** The same shelf in localStorage: smaller and written to disk later, but nearly always there. */
function pairShelf(pairs) {
  const name = (store, key) => `${PREFIX}${store}:${key}`;
  const read = (key) => JSON.parse(pairs.getItem(key) || "null");
  const put = (store, value) =>
    pairs.setItem(name(store, value.id || value.code), JSON.stringify(value));
  return {
    put: async (store, value) => put(store, value),
    get: async (store, key) => read(name(store, key)),
    all: async (store) => {
      const keys = [];
      for (let at = 0; at < pairs.length; at++) keys.push(pairs.key(at));
      return keys.filter((key) => key.startsWith(name(store, ""))).map(read);
    },
    settle: async (id, revision, keep) => {
      const draft = read(name("drafts", id));
      if (draft && (draft.revision > revision || keep(draft))) {
        put("sent", { id, revision });
      } else {
        pairs.removeItem(name("drafts", id));
        pairs.removeItem(name("sent", id));
      }
    },
  };
}

/** What localStorage does, in this page's memory. */
export class MemoryPairs {
  constructor() {
    this.values = new Map();
  }
  get length() {
    return this.values.size;
  }
  key(at) {
    return Array.from(this.values.keys())[at];
  }
  getItem(key) {
    return this.values.get(key);
  }
  setItem(key, text) {
    this.values.set(key, text);
  }
  removeItem(key) {
    this.values.delete(key);
  }
}

/** A draft is over when the server may forget us: finished, taken back, or left by its child. */
export function isOver(draft) {
  return draft.finished || draft.withdrawn || draft.left;
}

/** Going to another question is no new revision: the clock tells such two apart. */
function isLater(draft, other) {
  return draft.revision === other.revision ? draft.updated > other.updated : draft.revision > other.revision;
}

const stillOpen = (draft) => !isOver(draft);

/** All shelves as one: a draft goes to the most lasting shelf that takes it. */
export class Storage {
  /** @param {object[]} shelves the most lasting first; the last one is memory */
  constructor(shelves) {
    this.shelves = shelves;
    this.failing = false;
    this.writing = new Map();
    this.unwritten = new Map();
  }

  /** Store a draft; while one of its revisions is being written, only the newest waits. */
  save(record) {
    this.unwritten.set(record.id, record);
    if (!this.writing.has(record.id)) this.writing.set(record.id, this._write(record.id));
    return this.writing.get(record.id);
  }

  async _write(id) {
    let record;
    while (this.unwritten.get(id) !== record) {
      record = this.unwritten.get(id);
      const at = await this._put("drafts", record);
      this.failing = at === this.shelves.length - 1;
      // Else what a child takes back now would go on standing where `hurry` put it.
      for (const shelf of this.shelves.slice(at + 1)) {
        shelf.settle(id, record.revision, () => false).catch(() => undefined);
      }
    }
    this.unwritten.delete(id);
    this.writing.delete(id);
  }

  /**
   * The page may end now, and a database drops what it has not begun to write: what is unwritten
   * goes to the next shelf, which takes it before this returns.
   */
  hurry() {
    this.unwritten.forEach((record) => this._put("drafts", record, 1));
  }

  /** The number of the shelf that took it. */
  async _put(store, value, from = 0) {
    for (let at = from; at < this.shelves.length; at++) {
      try {
        await this.shelves[at].put(store, value);
        return at;
      } catch (_) {
        // Full, blocked or broken: the next shelf.
      }
    }
    return this.shelves.length - 1;
  }

  async _all(store) {
    const lists = this.shelves.map((shelf) => shelf.all(store).catch(() => []));
    return [].concat(...(await Promise.all(lists)));
  }

  /** Every draft once, as it was written last, with the last revision the server acknowledged. */
  async drafts() {
    const newest = new Map();
    for (const draft of await this._all("drafts")) {
      const other = newest.get(draft.id);
      if (!other || isLater(draft, other)) newest.set(draft.id, draft);
    }
    const sent = new Map();
    for (const mark of await this._all("sent")) {
      sent.set(mark.id, Math.max(mark.revision, sent.get(mark.id) || 0));
    }
    return Array.from(newest.values(), (draft) => ({ draft, sent: sent.get(draft.id) || 0 }));
  }

  /** The server has this revision: forget the draft if it is over, else remember how far it got. */
  async settle(id, revision, { final = false } = {}) {
    const keep = final ? () => false : stillOpen;
    await Promise.all(
      this.shelves.map((shelf) => shelf.settle(id, revision, keep).catch(() => undefined))
    );
  }

  savePackage(pack) {
    return this._put("packages", { code: pack.gathering.code, pack });
  }

  async packageOf(code) {
    for (const shelf of this.shelves) {
      const found = await shelf.get("packages", code).catch(() => undefined);
      if (found) return found.pack;
    }
    return null;
  }
}

/** The storage of this browser. */
export function openStorage(scope = window) {
  const shelves = [];
  try {
    if (scope.indexedDB) shelves.push(databaseShelf(scope.indexedDB));
  } catch (_) {
    // Reading the property alone throws where storage is forbidden.
  }
  try {
    if (scope.localStorage) shelves.push(pairShelf(scope.localStorage));
  } catch (_) {
    // As above.
  }
  return new Storage(shelves.concat(memoryShelf()));
}

export function memoryShelf() {
  return pairShelf(new MemoryPairs());
}
