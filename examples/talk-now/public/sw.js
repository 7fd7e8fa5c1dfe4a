// Opened again where there is no network, the page is there and shows what was last known. What changes something needs the network.
importScripts('/widgets/ihc-service-worker.js')

const { handleConnect } = self.ihcServiceWorker
const baseUrl = new URL(location.href).searchParams.get('platform')
// Two phones on one page are two people; an app with one person at a time leaves `people` out.
handleConnect({ baseUrl, widgets: '/widgets/', people: 2 })

// The rest is the app's own: its page and its list of people. The network's whenever there is one.
const own = 'talk-now'

self.addEventListener('install', (event) => {
  const files = ['/', '/style.css', '/theme.js', '/app.js', '/mark.svg', '/widgets/service-worker.js', '/api/session']
  event.waitUntil(caches.open(own).then((cache) => cache.addAll(files)))
})

async function fromNetwork(request) {
  const cache = await caches.open(own)
  try {
    const response = await fetch(request)
    if (response.ok) await cache.put(request, response.clone())
    return response
  } catch (error) {
    // The page is the same whoever is shown on it.
    const kept = await cache.match(request, { ignoreVary: true, ignoreSearch: request.mode === 'navigate' })
    if (kept) return kept
    throw error
  }
}

self.addEventListener('fetch', (event) => {
  const { method, url } = event.request
  if (method === 'GET' && new URL(url).origin === location.origin) event.respondWith(fromNetwork(event.request))
})
