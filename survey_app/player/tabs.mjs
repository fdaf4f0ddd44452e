/** One draft, one tab: two open pages of the same tablet must not write over each other. */

const BEAT_MS = 2000;
// Three missed beats: the other tab is gone (its timers run at least once a second in background).
const SILENT_AFTER_MS = 6000;
// After a reload the browser needs a moment to take the lock from the page that is going away.
const TRIES = 5;
const TRY_EVERY_MS = 200;

const pause = (wait) => new Promise((resolve) => setTimeout(resolve, wait));

/** Holds at most one draft; `navigator.locks` where the page is secure, else a heartbeat. */
export class TabHold {
  constructor({ locks = navigator.locks, local = storageOf(window) } = {}) {
    this.locks = locks;
    this.local = local;
    this.release = () => undefined;
  }

  /** @returns {Promise<boolean>} false while another living tab works on this draft */
  async take(id) {
    this.release();
    const name = `suara-tab:${id}`;
    for (let tries = 0; tries < TRIES; tries++) {
      if (await (this.locks ? this._lock(name) : this._beat(name))) return true;
      await pause(TRY_EVERY_MS);
    }
    return false;
  }

  _lock(name) {
    return new Promise((resolve) => {
      this.locks.request(name, { ifAvailable: true }, (lock) => {
        resolve(Boolean(lock));
        return lock ? new Promise((letGo) => (this.release = letGo)) : null;
      });
    });
  }

  _beat(name) {
    if (!this.local) return true;
    if (Date.now() - Number(this.local.getItem(name) || 0) < SILENT_AFTER_MS) return false;
    const beat = () => this.local.setItem(name, String(Date.now()));
    try {
      beat();
    } catch (_) {
      return true;
    }
    const timer = setInterval(beat, BEAT_MS);
    this.release = () => {
      clearInterval(timer);
      this.local.removeItem(name);
    };
    return true;
  }
}

function storageOf(scope) {
  try {
    return scope.localStorage;
  } catch (_) {
    return null;
  }
}
