/** Keeps the player on the tablet, so that a reload without Wi-Fi goes on. Secure pages only. */

const VERSION = "{{version}}";
const FILES = {{files}};
const CACHE = `suara-player-${VERSION}`;
const SHELL = "/isi/";
// On a dead Wi-Fi the child should not look at a white page for longer than this.
const PAGE_TIMEOUT_MS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(store().then(() => self.skipWaiting()));
});

/** The page and its files belong together: a page of another version is not kept. */
async function store() {
  const cache = await caches.open(CACHE);
  const page = await fetch(SHELL, { cache: "no-cache" });
  if (!page.ok || !(await page.clone().text()).includes(VERSION)) throw new Error("other version");
  await Promise.all([cache.put(SHELL, page), cache.addAll(FILES)]);
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim())
  );
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && /^\/(isi\/[^/]*)?$/.test(address.pathname)) {
    event.respondWith(page(event.request));
  } else if (address.pathname.startsWith("/isi/player/")) {
    event.respondWith(file(event.request));
  }
});

/** The newest page when the server answers in time, else the kept one. */
async function page(request) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PAGE_TIMEOUT_MS);
  try {
    const answer = await fetch(request.url, { signal: abort.signal, cache: "no-cache", redirect: "manual" });
    // A captive portal's login page is not ours, and neither is a server that is starting up.
    if (answer.ok && (await answer.clone().text()).includes("suara-page")) return answer;
  } catch (_) {
    // Away: the kept page below.
  } finally {
    clearTimeout(timer);
  }
  return (await caches.match(SHELL)) || fetch(request);
}

async function file(request) {
  return (await caches.match(request)) || fetch(request);
}
