import type { ReferralStanding } from '@impacthub/sdk'
import { html } from 'lit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { problem, type Script } from '../../testing/scripted-client.ts'
import { newcomer, standing } from '../../testing/scripted-referral.ts'
import './referral.define.ts'

type ReferralStatus = NonNullable<ReferralStanding['redemption']>['status']

const address = location.href
const forgetLinks = () => {
  localStorage.removeItem('ihc.referral')
  document.cookie = 'ihc.referral=; Max-Age=0; Path=/'
  history.replaceState(null, '', address)
}
const comeBy = (code: string) => history.replaceState(null, '', `?ref=${code}`)
beforeEach(forgetLinks)
afterEach(() => {
  forgetLinks()
  vi.restoreAllMocks()
  Reflect.deleteProperty(navigator, 'share')
})

function show(script: Script = {}, language = 'en', content = html`<ihc-referral></ihc-referral>`) {
  const page = mount(content, script, language)
  page.client.open()
  const element = page.main.querySelector('ihc-referral')
  const find = (selector: string) => element?.shadowRoot?.querySelector<HTMLElement>(selector)
  const text = (name: string) => words(find(`[part~='${name}']`))
  const press = async (name: string) => {
    await expect.poll(() => find(`[part~='${name}']`)).toBeTruthy()
    await userEvent.click(part(element, name))
  }
  const field = () => find('input') as HTMLInputElement | null
  const enter = async (code: string) => {
    await expect.poll(field).toBeTruthy()
    await userEvent.fill(field()!, code)
    await press('use')
  }
  const focused = () => element?.shadowRoot?.activeElement?.getAttribute('part') ?? element?.shadowRoot?.activeElement?.getAttribute('name')
  return { ...page, element, find, text, press, field, enter, focused }
}
const withTerms = (rest: Partial<NonNullable<ReferralStanding['terms']>>): Script => ({
  standing: { terms: { referrerCoins: 50, refereeCoins: 50, release: { after: 'signup' }, expiresDays: null, ...rest } },
})

describe('an invitation', () => {
  it('shows the code, what it brings, and what it has brought', async () => {
    const page = show()
    await expect.poll(() => page.text('code')).toBe('KT7WQ3M')
    expect(page.text('terms')).toBe(
      'You and your friend get 50 coins each. They come when your friend joins with your code. What is not spent within 90 days expires.',
    )
    expect(page.text('progress')).toBe(
      'What your invitations have brought Invited 7 Joined 3 Rewarded 2 Coins earned 100 1 friend’s reward is on its way.',
    )
  })

  it.each([
    [{ referrerCoins: 30, refereeCoins: 1 }, 'You get 30 coins, your friend gets 1 coin. They come when'],
    [{ refereeCoins: 0 }, 'You get 50 coins for each friend.'],
    [{ referrerCoins: 0 }, 'Your friend gets 50 coins.'],
    [{ release: { after: 'topup', amount: 9_950, withinDays: 30 } }, 'first top-up of ₹99.50 or more, within 30 days.'],
    [{ release: { after: 'call', minutes: 5, withinDays: 1 } }, 'first call of 5 minutes or more, within 1 day.'],
    [{ release: { after: 'days', days: 7 } }, 'They come 7 days after your friend has joined'],
  ] as const)('says in plain words what it brings, and when (%#)', async (terms, said) => {
    const page = show(withTerms(terms))
    await expect.poll(() => page.text('terms')).toContain(said)
  })

  it('is copied as a code; where the page may not use the clipboard, by way of a selection', async () => {
    const copied = vi
      .spyOn(navigator.clipboard, 'writeText')
      .mockResolvedValueOnce()
      .mockRejectedValue(new DOMException('no', 'NotAllowedError'))
    const selected = vi.spyOn(document, 'execCommand').mockReturnValueOnce(true).mockReturnValue(false)
    const page = show()
    await page.press('copy')
    await expect.poll(() => page.text('said')).toBe('Code copied')
    expect([copied.mock.lastCall, selected.mock.calls]).toEqual([['KT7WQ3M'], []])
    await page.press('copy')
    await expect.poll(() => selected.mock.calls).toEqual([['copy']])
    expect([page.text('said'), page.focused(), page.find('textarea')]).toEqual(['Code copied', 'copy', null])
    await page.press('copy')
    await expect.poll(() => page.text('said')).toBe('Nothing could be copied here. Select it and copy it yourself.')
  })

  it('is copied as a link where there is no share sheet, or sent with WhatsApp', async () => {
    const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    const page = show()
    await page.press('copy-link')
    await expect.poll(() => copied.mock.lastCall).toEqual(['https://talk.example/join?ref=KT7WQ3M'])
    await expect.poll(() => page.text('said')).toBe('Link copied')
    const { href } = part(page.element, 'whatsapp') as HTMLAnchorElement
    expect(new URL(href).searchParams.get('text')).toBe(
      'Join me on Talk Now with my code KT7WQ3M: it brings you 50 coins. https://talk.example/join?ref=KT7WQ3M',
    )
  })

  it('leads to the page that the host names, and to none that is no address', async () => {
    const page = show({}, 'en', html`<ihc-referral link="https://a.example/in?x=1#top"></ihc-referral>`)
    const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    await page.press('copy-link')
    await expect.poll(() => copied.mock.lastCall).toEqual(['https://a.example/in?x=1&ref=KT7WQ3M#top'])
    page.element!.link = 'http://['
    await expect.poll(() => page.find("[part='copy-link']")).toBeNull()
    expect(part(page.element, 'whatsapp').getAttribute('href')).toMatch(/50%20coins\.$/)
  })

  it('opens the share sheet; closing it says nothing, and where it fails the link is copied', async () => {
    const share = vi.fn<Navigator['share']>()
    Object.defineProperty(navigator, 'share', { value: share, configurable: true })
    const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    const page = show()
    share.mockRejectedValueOnce(new DOMException('closed', 'AbortError'))
    await page.press('share')
    await expect
      .poll(() => share.mock.calls)
      .toEqual([
        [{ text: 'Join me on Talk Now with my code KT7WQ3M: it brings you 50 coins.', url: 'https://talk.example/join?ref=KT7WQ3M' }],
      ])
    expect([page.text('said'), copied.mock.calls]).toEqual(['', []])
    share.mockRejectedValueOnce(new DOMException('no', 'NotAllowedError'))
    await page.press('share')
    await expect.poll(() => page.text('said')).toBe('Link copied')
  })

  it('is shared by the page itself where it wants to', async () => {
    const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    const page = show()
    const heard: unknown[] = []
    page.main.addEventListener('ihc-referral-share-request', (event) => {
      event.preventDefault()
      heard.push(event.detail.url)
    })
    await page.press('copy-link')
    await expect.poll(() => heard).toEqual(['https://talk.example/join?ref=KT7WQ3M'])
    expect(copied).not.toHaveBeenCalled()
  })

  it('that brings nothing is not offered, and its past is still shown', async () => {
    const page = show({ standing: { terms: null } })
    await expect.poll(() => page.text('terms')).toBe('Invitations bring no coins right now.')
    expect([page.find("[part='code']"), page.text('earned')]).toEqual([null, '100'])
  })
})

describe('a friend’s code', () => {
  const redemptions = () => {
    const asked: { code: string; deviceId: string; key: string | undefined }[] = []
    const answers: Error[] = []
    const redeem: Script['redeem'] = (wish, options) => {
      asked.push({ ...wish, key: options?.idempotencyKey })
      const error = answers.shift()
      return error ? Promise.reject(error) : Promise.resolve({ id: 'ref_1', status: 'rewarded', coins: 50 })
    }
    const now = () =>
      Promise.resolve({
        ...standing,
        ...newcomer,
        ...(asked.length > 0 &&
          answers.length === 0 && { canRedeem: false, redemption: { id: 'ref_1', status: 'rewarded' as const, coins: 50 } }),
      })
    return { asked, answers, redeem, standing: now }
  }

  it('is entered, and the one who entered it reads what came of it', async () => {
    const { asked, ...script } = redemptions()
    const page = show(script)
    const heard: unknown[] = []
    page.main.addEventListener('ihc-referral-redeemed', ({ detail }) => heard.push(detail.redemption.status))
    await page.enter(' xyz-9876 ')
    await expect.poll(() => page.text('redemption')).toBe('A friend’s code has brought you 50 coins.')
    expect(asked).toMatchObject([{ code: 'xyz-9876', deviceId: localStorage.getItem('ihc.device') }])
    await expect.poll(page.focused).toBe('redemption')
    expect([page.field(), heard]).toEqual([null, ['rewarded']])
  })

  it('stands in its field for who came by a link, is told to the platform, and is offered to nobody after them', async () => {
    comeBy('XYZ9876')
    const { asked, ...script } = redemptions()
    const told: string[] = []
    const page = show({ ...script, visit: (code) => told.push(code) })
    await expect.poll(() => page.field()?.value).toBe('XYZ9876')
    expect(page.text('redeem')).toContain('A friend has invited you Their code brings you 50 coins.')
    expect(told).toEqual(['XYZ9876'])
    await page.press('use')
    await expect.poll(() => asked.map(({ code }) => code)).toEqual(['XYZ9876'])
    await expect.poll(() => page.text('redemption')).toContain('50 coins')
    const next = show({ standing: newcomer, me: 'ravi' })
    await expect.poll(() => next.field()?.value).toBe('')
    expect(next.text('redeem')).toContain('Has a friend given you a code?')
  })

  it('is not one’s own, nor for whom it comes too late', async () => {
    comeBy('KT7WQ3M')
    const page = show({ standing: newcomer })
    await expect.poll(() => page.field()?.value).toBe('')
    const old = show()
    await expect.poll(() => old.text('code')).not.toBe('')
    expect(old.field()).toBeNull()
  })

  it('that is refused is refused in the same words whatever the reason, and can be mended', async () => {
    const { asked, answers, ...script } = redemptions()
    answers.push(problem('not_eligible', 403), problem('network_error'))
    const page = show(script)
    await page.enter('ABC2345')
    await expect.poll(() => page.text('fault')).toBe('This code cannot be used for your account.')
    expect([page.focused(), page.field()?.value, page.field()?.ariaInvalid]).toEqual(['code', 'ABC2345', 'true'])
    await page.enter('ABC2346')
    await expect.poll(() => page.text('fault')).toBe('No connection. Try again.')
    await page.press('use')
    await expect.poll(() => page.text('redemption')).toContain('50 coins')
    // After a lost answer it is the same redemption, after a refusal another one.
    expect(asked.map(({ key }) => asked.findIndex((one) => one.key === key))).toEqual([0, 1, 1])
  })

  it('is not asked about while there is none, and can be forbidden by the page', async () => {
    const { asked, ...script } = redemptions()
    const page = show(script)
    await page.press('use')
    await expect.poll(() => page.text('fault')).toBe('Enter the code.')
    page.main.addEventListener('ihc-referral-redeem-request', (event) => event.preventDefault())
    await page.enter('ABC2345')
    expect(asked).toEqual([])
  })

  it.each([
    [{ after: 'signup' }, 'Your friend’s code was accepted. 50 coins are on their way.'],
    [
      { after: 'topup', amount: 9_900, withinDays: 30 },
      'Your friend’s code was accepted. 50 coins come after your first top-up of ₹99 or more.',
    ],
    [
      { after: 'call', minutes: 1, withinDays: 30 },
      'Your friend’s code was accepted. 50 coins come after your first call of 1 minute or more.',
    ],
  ] as const)('that waits says for what (%#)', async (release, said) => {
    const { terms } = withTerms({ release }).standing as ReferralStanding
    let now = { ...standing, terms, redemption: { id: 'ref_1', status: 'pending' as ReferralStatus, coins: 50 } }
    const page = show({ standing: () => Promise.resolve(now) })
    await expect.poll(() => page.text('redemption')).toBe(said)
    now = { ...now, redemption: { ...now.redemption, status: 'closed' } }
    page.client.emit('referral.updated', now)
    await expect.poll(() => page.text('redemption')).toBe('This code cannot be used for your account.')
  })
})

describe('what is known', () => {
  it('changes live, and is another user’s no more', async () => {
    let now = Promise.resolve(standing)
    const page = show({ standing: () => now })
    await expect.poll(() => page.text('joined')).toBe('3')
    now = Promise.resolve({ ...standing, joined: 4, coinsEarned: 150 })
    page.client.emit('referral.updated', { ...standing, joined: 4, coinsEarned: 150 })
    await expect.poll(() => [page.text('joined'), page.text('earned')]).toEqual(['4', '150'])
    let tell = (_: ReferralStanding): void => undefined
    now = new Promise((resolve) => (tell = resolve))
    page.client.open({ userId: 'ravi' })
    await expect.poll(() => page.find("[part='code']")).toBeNull()
    tell({ ...standing, userId: 'ravi', code: 'RAV2345' })
    await expect.poll(() => page.text('code')).toBe('RAV2345')
  })

  it('stays while there is no connection, and is asked for again where it could not be loaded', async () => {
    let fail = true
    const page = show({ standing: () => (fail ? Promise.reject(problem('unavailable', 503)) : Promise.resolve(standing)) })
    await expect.poll(() => page.text('note')).toBe('Your invitation could not be loaded.')
    fail = false
    await page.press('retry')
    await expect.poll(() => page.text('code')).toBe('KT7WQ3M')
    page.client.connection('offline')
    await expect.poll(() => page.text('note')).toBe('No connection. You see the last known state.')
    expect(page.text('code')).toBe('KT7WQ3M')
  })

  it.each([
    ['en', {}],
    ['en', { standing: newcomer }],
    ['hi', { standing: { ...newcomer, redemption: { id: 'ref_1', status: 'pending', coins: 50 } } }],
  ] as const)('has no fault of accessibility in %s, and fits 320 pixels (%#)', async (language, script) => {
    const page = show(script, language, html`<div style="width: 320px"><ihc-referral></ihc-referral></div>`)
    await expect.poll(() => page.text('code')).toBe('KT7WQ3M')
    expect(await accessibilityFaults()).toEqual([])
    expect(page.main.querySelector('div')?.scrollWidth).toBeLessThanOrEqual(320)
    for (const button of page.element!.shadowRoot!.querySelectorAll('button')) expect(button.offsetHeight).toBe(48)
  })
})
