// The service worker of the scan page: it answers for the page and its files when the network does not.
// GIVEN stands above this code when the server sends it: { version, files, page }.

const FILES = `steelyard-scan-${GIVEN.version}`;
const PAGE = "steelyard-scan-page";
/** How long a slow network may keep a page waiting that is on the device anyway. */
const PATIENCE_MS = 4000;

/** The server has newer files than this worker: the network goes first until the next worker takes over. */
let outdated = false;

self.addEventListener("install", (event) => {
  event.waitUntil(keepFiles().then(keepPage).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === GIVEN.page) event.respondWith(page(event));
  else if (GIVEN.files.includes(pathname)) event.respondWith(file(request, pathname));
});

async function keepFiles() {
  const cache = await caches.open(FILES);
  await cache.addAll(GIVEN.files.map((address) => new Request(address, { cache: "reload" })));
}

/** Keep the page that belongs to these files; where nobody is signed in there is none to keep. */
async function keepPage() {
  const answer = await fetch(GIVEN.page, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (answer?.ok && answer.headers.get("X-Scan-Version") === GIVEN.version) {
    await (await caches.open(PAGE)).put(GIVEN.page, answer);
  }
}

async function forgetOld() {
  for (const name of await caches.keys()) {
    if (name.startsWith("steelyard-scan-") && name !== FILES && name !== PAGE) await caches.delete(name);
  }
}

async function page(event) {
  const cache = await caches.open(PAGE);
  const kept = await cache.match(GIVEN.page, { ignoreVary: true });
  try {
    const answer = await patiently(fetch(event.request), kept !== undefined);
    if (answer.status >= 500 && kept) return kept;
    const version = answer.headers.get("X-Scan-Version");
    if (answer.ok && version !== null) {
      outdated = version !== GIVEN.version;
      // A newer page needs newer files: the next worker keeps both.
      if (!outdated) event.waitUntil(cache.put(GIVEN.page, answer.clone()));
    }
    return answer;
  } catch {
    return kept ?? Response.error();
  }
}

function patiently(answer, kept) {
  if (!kept) return answer;
  const late = new Promise((resolve, reject) => setTimeout(() => reject(new Error("late")), PATIENCE_MS));
  return Promise.race([answer, late]);
}

async function file(request, pathname) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(pathname, { ignoreVary: true, ignoreSearch: true });
  if (kept && !outdated) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
