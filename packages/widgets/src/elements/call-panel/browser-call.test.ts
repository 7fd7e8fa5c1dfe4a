import type { Call } from '@impacthub/sdk'
import { html } from 'lit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import '../call-button/call-button.define.ts'
import { accessibilityFaults } from '../../testing/axe.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { asha, browserAccepted, browserRinging, browserRunning, ravi, raviIs, ringing, running, settled } from '../../testing/samples.ts'
import { problem, type Script } from '../../testing/scripted-client.ts'
import { showMedia } from '../../testing/stage.ts'
import './call-panel.define.ts'

/** The real code of the sound runs here, with the browser's own microphone; what the other side does is scripted. */

const opened: MediaStream[] = []
let refusal: DOMException | undefined
const askReally = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
beforeEach(() => {
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints) => {
    if (refusal) throw refusal
    const stream = await askReally(constraints)
    opened.push(stream)
    return stream
  })
})
afterEach(() => {
  document.body.replaceChildren()
  refusal = undefined
  opened.length = 0
  sessionStorage.clear()
  vi.restoreAllMocks()
})
const microphoneIsOff = () => opened.every((stream) => stream.getTracks().every(({ readyState }) => readyState === 'ended'))

async function show(script: Script = {}) {
  const page = mount(
    html`<input aria-label="Notes" /><ihc-call-button callee-id=${ravi} channel="browser"></ihc-call-button
      ><ihc-call-panel></ihc-call-panel>`,
    { presence: raviIs('online'), ...script },
  )
  const panel = page.main.querySelector('ihc-call-panel')
  const find = (name: string) => panel?.shadowRoot?.querySelector<HTMLElement>(`[part~='${name}']`)
  const text = (name: string) => words(find(name))
  await expect.poll(() => find('card')).toBeTruthy()
  const dialog = () => panel?.shadowRoot?.querySelector('[role=alertdialog]')
  const dialogHasFocus = () => !!dialog() && panel?.shadowRoot?.activeElement === dialog()
  const button = page.main.querySelector('ihc-call-button')
  const press = (name: string) => userEvent.click(part(panel, name))
  return { ...page, panel, find, text, press, dialog, dialogHasFocus, button }
}

/** Somebody calls Ravi, who sits before this page. */
async function incoming(script: Script = {}) {
  const page = await show({ me: ravi, calls: [browserRinging], ...script })
  page.client.open()
  await expect.poll(() => page.text('accept')).toBe('Accept')
  return page
}

const answers =
  (peers: string[]) =>
  (callId: string, peer = '') => {
    peers.push(peer)
    return Promise.resolve<Call>({ ...browserAccepted, id: callId, peers: { caller: 'tab-of-asha-0000', callee: peer } })
  }

describe('a call that comes in', () => {
  it('is a dialog with name, price, Accept and Decline, and takes the focus without a button that a stray key would press', async () => {
    const page = await incoming()
    expect(page.dialog()?.getAttribute('aria-label')).toBe('Incoming call')
    expect(page.text('status')).toBe('Asha Menon is calling you.')
    expect(page.text('price')).toBe('The caller pays 10 coins per minute.')
    expect(page.text('button')).toBe('Decline')
    await expect.poll(page.dialogHasFocus).toBe(true)
    await userEvent.keyboard('{Enter} ')
    expect(page.text('accept')).toBe('Accept')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('takes nobody out of a text, and gives the focus back', async () => {
    const page = await show({ me: ravi })
    page.client.open()
    const input = page.main.querySelector('input')
    input?.focus()
    page.client.emit('call.updated', browserRinging)
    await expect.poll(() => page.dialog()).toBeTruthy()
    expect(document.activeElement).toBe(input)
    input?.blur()
    page.button?.shadowRoot?.querySelector('button')?.focus()
    page.client.emit('call.updated', {
      ...browserRinging,
      status: 'no_answer',
      endReason: 'no_answer',
      endedAt: '2026-01-05T10:01:00Z',
      settled: true,
    })
    await expect.poll(() => page.dialog()).toBeFalsy()
    const before = page.button?.shadowRoot?.activeElement
    page.client.emit('call.updated', { ...browserRinging, id: 'call_another' })
    await expect.poll(page.dialogHasFocus).toBe(true)
    page.client.emit('call.updated', {
      ...browserRinging,
      id: 'call_another',
      status: 'canceled',
      endReason: 'canceled',
      endedAt: '2026-01-05T10:01:00Z',
    })
    await expect.poll(() => page.button?.shadowRoot?.activeElement).toBe(before)
  })

  it('is accepted once by two presses, with a tab that the platform knows by name', async () => {
    const peers: string[] = []
    const page = await incoming({ accept: answers(peers) })
    await userEvent.dblClick(part(page.panel, 'accept'))
    await expect.poll(() => page.text('status')).toBe('Connecting the sound…')
    expect(page.dialog()).toBeFalsy()
    expect(peers).toHaveLength(1)
    expect(peers[0]).toMatch(/^[\w-]{16,64}$/)
    expect(page.text('button')).toBe('End call')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('keeps ringing when the microphone is refused, says what to do, and is accepted on the second try', async () => {
    const peers: string[] = []
    const page = await incoming({ accept: answers(peers) })
    refusal = new DOMException('no', 'NotAllowedError')
    await page.press('accept')
    await expect.poll(() => page.text('problem')).toMatch(/^The microphone is blocked here\./)
    expect(page.text('accept')).toBe('Try again')
    expect(page.text('button')).toBe('Decline')
    expect(peers).toEqual([])
    expect(await accessibilityFaults()).toEqual([])
    refusal = undefined
    await page.press('accept')
    await expect.poll(() => page.text('status')).toBe('Connecting the sound…')
    expect(page.text('problem')).toBe('')
  })

  it.each([
    ['NotFoundError', /^No microphone was found\./],
    ['NotReadableError', /^Another app is using the microphone\./],
    ['TypeError', /^This browser cannot carry calls\./],
  ])('tells %s apart', async (name, says) => {
    const page = await incoming()
    refusal = new DOMException('no', name)
    await page.press('accept')
    await expect.poll(() => page.text('problem')).toMatch(says)
  })

  it('is declined, and gives the microphone back that was asked for meanwhile', async () => {
    const declined: string[] = []
    const over: Call = { ...browserRinging, status: 'declined', endReason: 'declined', settled: true, endedAt: '2026-01-05T10:00:09Z' }
    const held = Promise.withResolvers<undefined>()
    const page = await incoming({ decline: (callId) => (declined.push(callId), Promise.resolve(over)) })
    vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints) => {
      await held.promise
      const stream = await askReally(constraints)
      opened.push(stream)
      return stream
    })
    await page.press('accept')
    await expect.poll(() => page.text('note')).toBe('Allow the microphone when your browser asks.')
    await page.press('button')
    await expect.poll(() => page.text('status')).toBe('Call declined')
    expect(declined).toEqual([browserRinging.id])
    held.resolve(undefined)
    await expect.poll(() => opened.length).toBe(1)
    await expect.poll(microphoneIsOff).toBe(true)
  })

  it('says so when somebody else was quicker, and lets the microphone go', async () => {
    const page = await incoming({ accept: () => Promise.reject(problem('conflict', 409)) })
    await page.press('accept')
    await expect.poll(() => page.text('note')).toBe('That is not possible any more.')
    expect(microphoneIsOff()).toBe(true)
    page.client.emit('call.updated', browserAccepted)
    await expect.poll(() => page.text('status')).toBe('This call is on another tab or device.')
    expect(page.text('accept')).toBe('Take it here')
  })
})

describe('a call from here', () => {
  it('asks for the microphone first, then names this tab to the platform', async () => {
    const wishes: unknown[] = []
    const page = await show({
      create: (_, __, wish) => (
        wishes.push(wish),
        Promise.resolve({ ...browserRinging, peers: { caller: wish.peer ?? null, callee: null } })
      ),
      getCall: () => Promise.resolve({ ...browserRinging, peers: { caller: null, callee: null } }),
    })
    page.client.open()
    await expect.poll(() => page.button?.shadowRoot?.querySelector('button')?.ariaDisabled).toBe('false')
    await userEvent.click(part(page.button, 'button'))
    await expect.poll(() => page.text('status')).toBe('Ringing Ravi Kumar…')
    expect(wishes).toEqual([{ calleeId: ravi, channel: 'browser', peer: expect.stringMatching(/^[\w-]{16,64}$/) }])
    expect(words(part(page.button, 'note'))).toBe('Calling…')
    expect(page.text('mute')).toBe('Mute')
    await page.press('mute')
    await expect.poll(() => page.text('mute')).toBe('Unmute')
    expect(opened[0]?.getTracks()[0]?.enabled).toBe(false)
    page.client.emit('call.updated', {
      ...settled,
      ...browserRinging,
      status: 'canceled',
      endReason: 'canceled',
      endedAt: '2026-01-05T10:00:09Z',
    })
    await expect.poll(microphoneIsOff).toBe(true)
  })

  it('calls nobody without a microphone, and tries again when asked', async () => {
    let asked = 0
    const page = await show({ create: () => (asked++, Promise.reject(problem('callee_offline', 409))) })
    page.client.open()
    await expect.poll(() => page.button?.shadowRoot?.querySelector('button')?.ariaDisabled).toBe('false')
    refusal = new DOMException('no', 'NotAllowedError')
    const heard: string[] = []
    page.main.addEventListener('ihc-error', ({ detail }) => heard.push(detail.code))
    await userEvent.click(part(page.button, 'button'))
    await expect.poll(() => page.text('problem')).toMatch(/^The microphone is blocked here\./)
    expect(words(part(page.button, 'note'))).toMatch(/^The microphone is blocked here\./)
    expect([asked, heard]).toEqual([0, ['microphone_refused']])
    expect(await accessibilityFaults()).toEqual([])
    refusal = undefined
    await page.press('accept')
    await expect.poll(() => words(part(page.button, 'note'))).toBe('They are not available now.')
    expect(asked).toBe(1)
    expect(microphoneIsOff()).toBe(true)
  })

  it('closes what it said when asked to', async () => {
    const page = await show()
    page.client.open()
    await expect.poll(() => page.button?.shadowRoot?.querySelector('button')?.ariaDisabled).toBe('false')
    refusal = new DOMException('no', 'NotFoundError')
    await userEvent.click(part(page.button, 'button'))
    await expect.poll(() => page.text('problem')).toMatch(/^No microphone/)
    await page.press('button')
    await expect.poll(() => page.find('problem')).toBeFalsy()
    expect(words(part(page.button, 'note'))).toBe('10 coins per minute')
  })
})

describe('a running call', () => {
  const inTab = async (media: Parameters<typeof showMedia>[1], calls: Call[] = [browserRunning]) => {
    const page = await show({ calls })
    page.client.open()
    await expect.poll(() => page.text('name')).toBe('Ravi Kumar')
    showMedia(page.client, media)
    return page
  }

  it.each([
    [{}, 'In call', '', 'Mute'],
    [{ state: 'interrupted' }, 'The sound is away. Reconnecting…', '', 'Mute'],
    [{ problem: 'autoplay_blocked' }, 'In call', 'Your browser holds the sound back until you tap.', 'Tap to hear'],
    [{ problem: 'no_microphone' }, 'In call', 'No microphone was found. Connect one, then try again.', 'Try again'],
  ] as const)('tells %o', async (media, status, trouble, first) => {
    const page = await inTab(media)
    await expect.poll(() => page.text('status')).toBe(status)
    expect(page.text('problem')).toBe(trouble)
    expect(words(page.find('actions')?.querySelector('button'))).toBe(first)
    expect(page.text('button')).toBe('End call')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('says without a connection that it tries again, not that phones go on', async () => {
    const page = await inTab({})
    page.client.connection('offline')
    await expect.poll(() => page.text('note')).toBe('Connection lost. Trying again…')
  })

  it('is taken back after a reload by the tab that carried it', async () => {
    sessionStorage.setItem(`ihc-call:${browserRunning.id}:${asha}`, '1')
    const peers: string[] = []
    const page = await show({
      calls: [browserRunning],
      accept: (_, peer = '') => (
        peers.push(peer),
        Promise.resolve({ ...browserRunning, peers: { caller: peer, callee: 'tab-of-ravi-0000' } })
      ),
    })
    page.client.open()
    await expect.poll(() => peers.length).toBe(1)
    await expect.poll(() => page.text('mute')).toBe('Mute')
  })

  it('is left alone by every other tab', async () => {
    const page = await show({ calls: [browserRunning] })
    page.client.open()
    await expect.poll(() => page.text('status')).toBe('This call is on another tab or device.')
    expect(opened).toEqual([])
  })

  it('ends for both when this session goes away', async () => {
    const page = await incoming({ accept: answers([]) })
    await page.press('accept')
    await expect.poll(() => page.text('mute')).toBe('Mute')
    page.session.remove()
    await expect.poll(microphoneIsOff).toBe(true)
  })

  it('that no provider can end is ended on the phone', async () => {
    const page = await inTab({ callId: '' }, [{ ...running, canEnd: false }])
    await expect.poll(() => page.text('note')).toBe('To end the call, hang up your phone.')
    expect(page.find('button')).toBeFalsy()
    expect(words(part(page.button, 'button'))).toBe('In call')
    expect(part(page.button, 'button').ariaDisabled).toBe('true')
    expect(await accessibilityFaults()).toEqual([])
  })

  it('tells who lost the connection, and that no sound came about', async () => {
    const page = await inTab({})
    page.client.emit('call.updated', {
      ...settled,
      channel: 'browser',
      endReason: 'callee_hangup',
      hangupCauses: { caller: 'completed', callee: 'lost' },
    })
    await expect.poll(() => page.text('status')).toBe('Call ended. Ravi Kumar lost the connection.')
    page.client.emit('call.updated', { ...browserAccepted, id: 'call_next' })
    page.client.emit('call.updated', {
      ...ringing,
      ...browserAccepted,
      id: 'call_next',
      status: 'failed',
      endReason: 'provider_error',
      settled: true,
      endedAt: '2026-01-05T10:01:00Z',
    })
    await expect.poll(() => page.text('status')).toBe('Call failed. The sound could not be connected.')
  })
})
