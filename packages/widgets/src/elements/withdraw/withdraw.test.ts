import { ConnectError, type Withdrawal, type WithdrawalWish } from '@impacthub/sdk'
import { html } from 'lit'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { accessibilityFaults } from '../../testing/axe.ts'
import { mount, part, words } from '../../testing/mount.ts'
import { problem, type Script } from '../../testing/scripted-client.ts'
import { terms, withdrawal } from '../../testing/scripted-withdrawals.ts'
import './withdraw.define.ts'

function show(script: Script = {}, language = 'en', content = html`<ihc-withdraw></ihc-withdraw>`) {
  const page = mount(content, script, language)
  page.client.open()
  const element = page.main.querySelector('ihc-withdraw')
  const find = (selector: string) => element?.shadowRoot?.querySelector<HTMLElement>(selector)
  const text = (selector: string) => words(find(selector))
  const fill = async (values: Record<string, string>) => {
    for (const [name, value] of Object.entries(values)) {
      await expect.poll(() => find(`input[name='${name}']`)).toBeTruthy()
      await userEvent.fill(find(`input[name='${name}']`)!, value)
    }
  }
  const press = (name: string) => userEvent.click(part(element, name))
  const choose = async (label: string) => {
    await expect.poll(() => text("[part='destinations']")).toContain(label)
    const labels = [...(element?.shadowRoot?.querySelectorAll<HTMLElement>("[part='destination']") ?? [])]
    await userEvent.click(labels.find((one) => words(one) === label)!)
  }
  return { ...page, element, find, text, fill, press, choose }
}

const wishes = () => {
  const asked: { wish: WithdrawalWish; key: string | undefined }[] = []
  const answers: (Withdrawal | Error)[] = []
  const withdraw: Script['withdraw'] = (wish, options) => {
    asked.push({ wish, key: options?.idempotencyKey })
    const answer = answers.shift() ?? withdrawal
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }
  return { asked, answers, withdraw }
}

describe('a withdrawal', () => {
  it('says what it comes to before it is asked for, and goes to a UPI id', async () => {
    const { asked, withdraw } = wishes()
    const page = show({ withdraw })
    await expect.poll(() => page.text("[part='sum']")).toBe('You can withdraw 500 coins worth ₹500')
    await page.fill({ coins: '200', vpa: ' asha@okbank ' })
    await expect.poll(() => page.text("[part='quote']")).toBe('Amount ₹200 Fee −₹2 Tax deducted −₹0.20 You get ₹197.80')
    expect(page.text("[part='withdraw']")).toBe('Withdraw ₹197.80')
    await page.press('withdraw')
    await expect.poll(() => asked.map(({ wish }) => wish)).toEqual([{ coins: 200, payee: { type: 'upi', vpa: 'asha@okbank' } }])
    await expect.poll(() => page.text("[part='withdraw']")).toBe('Withdraw')
    expect([page.find("input[name='coins']"), page.find('input:checked')]).toEqual([
      expect.objectContaining({ value: '' }),
      expect.any(HTMLInputElement),
    ])
  })

  it('goes to a bank account, or to one that was paid before', async () => {
    const { asked, withdraw } = wishes()
    const page = show({ withdraw, terms: { payees: [withdrawal.payee] } })
    await page.fill({ coins: '10' })
    await page.press('withdraw')
    await expect.poll(() => asked.map(({ wish }) => wish.payee)).toEqual([{ type: 'saved', payeeId: 'pay_1' }])
    await page.choose('Another bank account')
    await page.fill({ coins: '20', name: 'Asha Rao', accountNumber: '12345678901', ifsc: 'HDFC0000001' })
    await page.press('withdraw')
    await expect
      .poll(() => asked[1]?.wish)
      .toEqual({ coins: 20, payee: { type: 'bank', ifsc: 'HDFC0000001', accountNumber: '12345678901', name: 'Asha Rao' } })
    expect(asked[0]?.key).not.toBe(asked[1]?.key)
  })

  it('is not asked for with too few coins or half an account, and the first wrong field has the focus', async () => {
    const { asked, withdraw } = wishes()
    const page = show({ withdraw })
    await page.fill({ coins: '9.5' })
    await page.press('withdraw')
    expect(page.text("[part='form']")).toContain('Enter 10 to 500 coins.')
    expect(page.text("[part='form']")).toContain('Check the UPI ID')
    expect(page.element?.shadowRoot?.activeElement?.getAttribute('name')).toBe('coins')
    expect(asked).toEqual([])
  })

  it('sent again after a lost answer is the same one; after a refusal another one', async () => {
    const { asked, answers, withdraw } = wishes()
    const refusal = new ConnectError('invalid_request', 'no', { status: 400, errors: [{ pointer: '/payee/vpa', detail: 'x' }] })
    answers.push(problem('network_error'), refusal, problem('insufficient_balance', 402))
    const page = show({ withdraw })
    await page.fill({ coins: '50', vpa: 'asha@okbank' })
    await page.press('withdraw')
    await expect.poll(() => page.text("[part='fault']")).toBe('No connection. Try again.')
    await page.press('withdraw')
    await expect.poll(() => page.text("[part='form']")).toContain('Check the UPI ID')
    await page.press('withdraw')
    await expect.poll(() => page.text("[part='fault']")).toBe('Only earned coins can be withdrawn. You need at least 10.')
    expect(asked.map(({ key }) => key === asked[0]?.key)).toEqual([true, true, false])
  })

  it('can be forbidden by the page, which is told no account', async () => {
    const { asked, withdraw } = wishes()
    const page = show({ withdraw })
    const heard: unknown[] = []
    page.main.addEventListener('ihc-withdraw-request', (event) => {
      event.preventDefault()
      heard.push(event.detail)
    })
    await page.fill({ coins: '50', vpa: 'asha@okbank' })
    await page.press('withdraw')
    await expect.poll(() => heard).toEqual([{ coins: 50 }])
    expect(asked).toEqual([])
  })
})

it('is begun anew by the next user, who is shown nothing of the one before', async () => {
  let answer = Promise.resolve(terms)
  const page = show({ terms: () => answer })
  await page.fill({ coins: '200' })
  await expect.poll(() => page.text("[part='quote']")).not.toBe('')
  let tell = (_: typeof terms): void => undefined
  answer = new Promise((resolve) => (tell = resolve))
  page.client.open({ userId: 'ravi' })
  await expect.poll(() => page.text("[part='sum']")).toBe('')
  tell({ ...terms, withdrawable: 40, maxCoins: 40 })
  await expect.poll(() => page.text("[part='sum']")).toContain('40 coins')
  expect([page.text("[part='quote']"), page.text("[part='withdraw']")]).toEqual(['', 'Withdraw'])
})

describe('what stands in the way', () => {
  it.each([
    ['kyc_required', 'Your identity has to be verified'],
    ['coins_owed', 'You owe coins.'],
    ['insufficient_balance', 'Only earned coins can be withdrawn. You need at least 10.'],
    ['withdrawal_limit', 'You have reached the limit'],
    ['withdrawals_disabled', 'Nothing can be withdrawn here'],
  ] as const)('%s is said in plain words, without a form', async (obstacle, said) => {
    const page = show({ terms: { obstacle } })
    await expect.poll(() => page.text("[part='obstacle']")).toContain(said)
    expect(page.find('form')).toBeNull()
  })

  it('goes away when the identity is verified', async () => {
    let now = { ...terms, obstacle: 'kyc_required' } as typeof terms
    const page = show({ terms: () => Promise.resolve(now) })
    await expect.poll(() => page.text("[part='obstacle']")).not.toBe('')
    now = terms
    page.client.emit('kyc.updated', {
      userId: 'asha',
      status: 'verified',
      reasons: [],
      note: null,
      submissionId: 'kyc_1',
      type: 'pan',
      verifiedAt: '2026-11-23T10:00:00Z',
      expiresAt: null,
      updatedAt: '2026-11-23T10:00:00Z',
    })
    await expect.poll(() => page.find('form')).toBeTruthy()
  })
})

describe('earlier withdrawals', () => {
  const at = (rest: Partial<Withdrawal>): Withdrawal => ({ ...withdrawal, ...rest })

  it.each([
    [at({}), 'Requested The account is being checked.'],
    [
      at({ status: 'processing', waitingFor: 'bank', sentAt: '2026-11-23T10:01:00Z' }),
      'Sent to your bank Your bank is confirming. This can take up to 3 working days.',
    ],
    [at({ status: 'paid', waitingFor: null, bankReference: 'UTR1', paidAt: '2026-11-23T10:01:00Z' }), 'Paid Bank reference UTR1'],
    [
      at({ status: 'failed', waitingFor: null, reason: 'payee_invalid', endedAt: '2026-11-23T10:01:00Z' }),
      'Failed The bank does not know this account. Use another one. Your coins are back.',
    ],
    [at({ status: 'approved', waitingFor: 'payment', method: 'hand' }), 'On its way soon It is paid by hand.'],
  ])('say what each waits for, or why it came to nothing (%#)', async (one, said) => {
    const page = show({ withdrawals: [one] })
    await expect.poll(() => page.text("[part='history']")).toContain(`₹197.80 to as…@okbank ${said}`)
  })

  it('change live, and can be canceled until they are sent', async () => {
    const canceled: string[] = []
    const page = show({
      withdrawals: [at({})],
      cancelWithdrawal: (id) => {
        canceled.push(id)
        return Promise.resolve(at({ status: 'canceled', waitingFor: null, reason: 'canceled_by_user' }))
      },
    })
    await expect.poll(() => page.find("[part='cancel']")).toBeTruthy()
    await page.press('cancel')
    await expect.poll(() => canceled).toEqual(['wdr_1'])
    page.client.emit('withdrawal.updated', at({ id: 'wdr_2', status: 'processing', waitingFor: 'bank', sentAt: '2026-11-23T10:01:00Z' }))
    await expect.poll(() => page.text("[part='history']")).toContain('Your bank is confirming.')
  })

  it('that could not be canceled say so beside them', async () => {
    const page = show({ withdrawals: [at({})], cancelWithdrawal: () => Promise.reject(problem('conflict', 409)) })
    await expect.poll(() => page.find("[part='cancel']")).toBeTruthy()
    await page.press('cancel')
    await expect.poll(() => page.text("[part='history'] [role='alert']")).toBe('That is not possible any more.')
  })
})

describe('for everybody', () => {
  it.each([
    ['with its form', {}],
    ['with a bank account', { withdrawals: [withdrawal] }],
    ['with an obstacle', { terms: { obstacle: 'kyc_required' } }],
  ] as const)('has no fault of accessibility %s, and fits 320 pixels', async (name, script) => {
    const page = show(script, 'en', html`<div style="width: 320px"><ihc-withdraw></ihc-withdraw></div>`)
    await expect.poll(() => page.text("[part='sum']")).not.toBe('')
    if (name === 'with a bank account') await page.choose('Bank account')
    expect(await accessibilityFaults()).toEqual([])
    expect(page.main.querySelector('div')?.scrollWidth).toBeLessThanOrEqual(320)
  })

  it('says when it could not be loaded, and asks again', async () => {
    let fail = true
    const page = show({ terms: () => (fail ? Promise.reject(problem('unavailable', 503)) : Promise.resolve(terms)) })
    await expect.poll(() => page.text("[part='note']")).toBe('What you can withdraw could not be loaded.')
    fail = false
    await page.press('retry')
    await expect.poll(() => page.text("[part='sum']")).toContain('500 coins')
  })
})
