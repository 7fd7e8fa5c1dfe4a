import { afterAll, beforeAll, it } from 'vitest'
import { startChild, forget, type ChildPlatform } from '../trouble/child-platform.ts'
import { openBrowser } from './browser.ts'
let platform: ChildPlatform
beforeAll(async () => { platform = await startChild({ env: { CONNECT_LOG_LEVEL: 'info' } }) })
afterAll(async () => { await platform.stop(); forget(platform.dataDir) })
const inbound = `(async () => { const out = []; for (const pc of window.__pcs ?? []) { let b; for (const r of (await pc.getStats()).values()) if (r.type === 'inbound-rtp') b = r.bytesReceived; out.push(pc.connectionState + ':' + pc.iceConnectionState + ':' + b) } return out.join(' ') })()`
it('experiment', async () => {
  const browser = await openBrowser('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--allow-loopback-in-peer-connection')
  const open = async (path: string) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: ['microphone'] })
    await context.addInitScript('window.__pcs=[];const R=RTCPeerConnection;window.RTCPeerConnection=class extends R{constructor(c){super(c);window.__pcs.push(this)}}')
    const page = await context.newPage()
    page.on('console', (m) => console.log(path, m.type(), m.text()))
    page.on('pageerror', (m) => console.log(path, 'ERR', m.message))
    await page.goto(platform.demo.demoUrl + path)
    return { page, context }
  }
  const a = await open('/?phone=caller'), b = await open('/?phone=advisor')
  await a.page.waitForTimeout(1500)
  await a.page.screenshot({ path: '/tmp/x1.png' })
  await a.page.locator('ihc-call-button[channel=browser] button').click()
  await a.page.waitForTimeout(1500)
  await b.page.screenshot({ path: '/tmp/x2.png' })
  await b.page.locator('ihc-call-panel [part=accept]').click()
  for (let i = 0; i < 6; i++) { await a.page.waitForTimeout(1000); console.log(i, await a.page.evaluate(inbound), '|', await b.page.evaluate(inbound), '|', (await a.page.locator('#caller ihc-call-panel section').innerText()).replace(/\n+/g, ' / ')) }
  await a.page.screenshot({ path: '/tmp/x3.png' })
  const cdp = await b.context.newCDPSession(b.page)
  await cdp.send('Network.enable')
  const mode = process.env.MODE ?? 'loss'
  const base = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
  if (mode === 'loss') await cdp.send('Network.emulateNetworkConditions', { ...base, packetLoss: 100 } as any)
  if (mode === 'offline') await cdp.send('Network.emulateNetworkConditions', { ...base, offline: true } as any)
  if (mode === 'both') await cdp.send('Network.emulateNetworkConditions', { ...base, offline: true, packetLoss: 100 } as any)
  for (let i = 0; i < 9; i++) { await a.page.waitForTimeout(1000); console.log('cut', i, await a.page.evaluate(inbound), '|', await b.page.evaluate(inbound), '|', (await a.page.locator('#caller ihc-call-panel [part=status]').innerText()), '|', (await b.page.locator('#advisor ihc-call-panel').innerText()).replace(/\n+/g,' / ')) }
  await cdp.send('Network.emulateNetworkConditions', base)
  for (let i = 0; i < 8; i++) { await a.page.waitForTimeout(1000); console.log('back', i, await a.page.evaluate(inbound), '|', await b.page.evaluate(inbound), '|', (await a.page.locator('#caller ihc-call-panel [part=status]').innerText())) }
  await browser.close()
})
