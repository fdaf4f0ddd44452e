/** One draft, one tab: two open pages of the same tablet must not write over each other. */

// After a reload the browser needs a moment to take the lock from the page that is going away.
const TRIES = 5;
const TRY_EVERY_MS = 200;
// A living tab answers in a few milliseconds, in the background too; a busy old tablet gets longer.
const ANSWER_WITHIN_MS = 500;
const CHANNEL = "suara-tabs";

const pause = (wait) => new Promise((resolve) => setTimeout(resolve, wait));

/**
 * Holds at most one draft: `navigator.locks` where the page is secure, else the tabs ask each
 * other. Either way a crashed or reloaded tab holds nothing any more.
 */
export class TabHold {
  constructor({ locks = navigator.locks, Channel = window.BroadcastChannel } = {}) {
    this.locks = locks;
    this.Channel = Channel;
    this.release = () => undefined;
  }

  /** @returns {Promise<boolean>} false while another living tab works on this draft */
  async take(id) {
    this.release();
    if (!this.locks) return this.Channel ? this._ask(id) : true;
    for (let tries = 0; tries < TRIES; tries++) {
      if (await this._lock(`suara-tab:${id}`)) return true;
      await pause(TRY_EVERY_MS);
    }
    return false;
  }

  _lock(name) {
    return new Promise((resolve) => {
      const asked = this.locks.request(name, { ifAvailable: true }, (lock) => {
        resolve(Boolean(lock));
        return lock ? new Promise((letGo) => (this.release = letGo)) : null;
      });
      // Refused where storage is forbidden: then no other tab can know this draft.
      asked.catch(() => resolve(true));
    });
  }

  /** Ask the other tabs; of two that ask at the same moment the one that came first gets it. */
  _ask(id) {
    const channel = new this.Channel(CHANNEL);
    const claim = Date.now() + Math.random();
    let held = false;
    this.release = () => channel.close();
    return new Promise((resolve) => {
      const settle = (mine) => {
        clearTimeout(timer);
        held = mine;
        if (!mine) channel.close();
        resolve(mine);
      };
      const timer = setTimeout(() => settle(true), ANSWER_WITHIN_MS);
      channel.onmessage = ({ data }) => {
        if (data.id !== id) return;
        if (!held && (data.held || data.claim < claim)) settle(false);
        else if (!data.held) channel.postMessage({ id, held: true });
      };
      channel.postMessage({ id, claim });
    });
  }
}
