/** SHA-256 in plain JavaScript (FIPS 180-4): crypto.subtle does not exist on plain-HTTP addresses. */

const ROUND_CONSTANTS = [];
const START_STATE = [];

// The first 32 bits of the fractional parts of the roots of the first primes (FIPS 180-4, 4.2.2).
for (let candidate = 2; ROUND_CONSTANTS.length < 64; candidate++) {
  let prime = true;
  for (let factor = 2; factor * factor <= candidate; factor++) {
    if (candidate % factor === 0) prime = false;
  }
  if (!prime) continue;
  if (START_STATE.length < 8) START_STATE.push(fraction(Math.sqrt(candidate)));
  ROUND_CONSTANTS.push(fraction(Math.cbrt(candidate)));
}

function fraction(root) {
  return ((root % 1) * 0x100000000) | 0;
}

function rotate(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}

/** The message with its closing bit, zeros and its length in bits, as big-endian 32-bit words. */
function padded(bytes) {
  const words = new Int32Array((((bytes.length + 8) >> 6) + 1) * 16);
  for (let at = 0; at < bytes.length; at++) words[at >> 2] |= bytes[at] << (24 - (at % 4) * 8);
  words[bytes.length >> 2] |= 0x80 << (24 - (bytes.length % 4) * 8);
  words[words.length - 2] = bytes.length / 0x20000000;
  words[words.length - 1] = bytes.length << 3;
  return words;
}

function mix(state, block) {
  const schedule = new Int32Array(64);
  schedule.set(block);
  for (let t = 16; t < 64; t++) {
    const early = schedule[t - 15];
    const late = schedule[t - 2];
    schedule[t] =
      schedule[t - 16] + (rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)) +
      schedule[t - 7] + (rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const first =
      (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) +
        ROUND_CONSTANTS[t] + schedule[t]) | 0;
    const second =
      ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  return [a, b, c, d, e, f, g, h].map((word, at) => (word + state[at]) | 0);
}

/**
 * The SHA-256 of a text's UTF-8 bytes, in lower-case hex.
 * @param {string} text
 * @returns {string}
 */
export function sha256(text) {
  const words = padded(new TextEncoder().encode(text));
  let state = START_STATE;
  for (let at = 0; at < words.length; at += 16) state = mix(state, words.subarray(at, at + 16));
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
