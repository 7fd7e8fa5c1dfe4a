import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

const token = 'operator-token-of-32-characters-x'

it('shows the page to the operator’s token alone', async () => {
  const metrics = createMetrics(token)
  metrics.request('/v1/users/{userId}', 'GET', 200, 0.01)
  expect((await metrics.page(`Bearer ${token}`))?.body).toContain(
    'connect_http_requests_total{route="/v1/users/{userId}",method="GET",status="200"} 1',
  )
  for (const wrong of [undefined, '', 'Bearer ', token, `Bearer ${token}x`, `Bearer ${token.slice(1)}x`])
    expect(await metrics.page(wrong)).toBeUndefined()
})

it('has no page where no token is set', async () => {
  const metrics = createMetrics(undefined)
  for (const given of [undefined, '', 'Bearer ', 'Bearer undefined']) expect(await metrics.page(given)).toBeUndefined()
})

it('asks for a measure when the page is asked for, and shows no old one when there is no answer', async () => {
  let state: number | undefined = 2
  const read = async () => state ?? Promise.reject(new Error('away'))
  const metrics = createMetrics(token, [{ name: 'connect_ledgers_frozen', help: 'Ledgers whose coins stand still', read }])
  const page = async () => (await metrics.page(`Bearer ${token}`))?.body
  expect(await page()).toContain('connect_ledgers_frozen 2\n')
  state = undefined
  expect(await page()).toContain('connect_ledgers_frozen Nan\n')
})
