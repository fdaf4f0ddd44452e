/** Talking with the server: every question has an end, and an answer is checked before it counts. */

// A dead Wi-Fi often swallows packets without a word (measured: half-open sockets never answer).
const POST_TIMEOUT_MS = 5000;
const PACKAGE_TIMEOUT_MS = 20000;
// With a stored questionnaire at hand a child need not wait for a slow network.
const STORED_PACKAGE_WAIT_MS = 4000;

/**
 * One request. Never throws: a network failure is status 0.
 * @returns {Promise<{status: number, body: object|null, retryAfter: number}>}
 */
export async function request(address, { payload, timeout = POST_TIMEOUT_MS } = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout);
  // A GET like the preload of the page (api/player_files.py), so that it is not asked twice.
  const options = { signal: abort.signal, credentials: "same-origin" };
  if (payload) {
    options.credentials = "omit";
    options.method = "POST";
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(payload);
    options.cache = "no-store";
  }
  try {
    const response = await fetch(address, options);
    const text = await response.text();
    return {
      status: response.status,
      body: parsed(text),
      retryAfter: Number(response.headers.get("Retry-After")) || 0,
    };
  } catch (_) {
    return { status: 0, body: null, retryAfter: 0 };
  } finally {
    clearTimeout(timer);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (_) {
    return null;
  }
}

/** A gathering's code as the server knows it: upper case, no spaces or hyphens. */
export function normaliseCode(text) {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, "");
}

/** The code in a page address, or an empty text. */
export function codeInPath(path) {
  const found = /^\/isi\/([^/]+)\/?$/.exec(path);
  return found ? normaliseCode(found[1].replace(/%20/g, "")) : "";
}

/**
 * The questionnaire of a gathering: from the server, else as last seen on this tablet.
 * @returns {Promise<{pack?: object, error?: {code: string, message?: object}}>}
 *   an error `code` is the server's, or `offline`
 */
export async function loadPackage(api, code, storage) {
  const stored = await storage.packageOf(code);
  const reply = await request(`${api}/api/v1/gatherings/${encodeURIComponent(code)}`, {
    timeout: stored ? STORED_PACKAGE_WAIT_MS : PACKAGE_TIMEOUT_MS,
  });
  const ours = reply.body && reply.body.suara === 1;
  if (ours && reply.status === 200 && reply.body.questionnaire) {
    storage.savePackage(reply.body);
    return { pack: reply.body };
  }
  if (ours && reply.body.error) return { error: reply.body.error, stored };
  return stored ? { pack: stored } : { error: { code: "offline" } };
}
