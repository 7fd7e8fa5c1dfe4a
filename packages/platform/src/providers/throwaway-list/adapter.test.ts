import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createThrowawayList } from './adapter.ts'

const answers: Readonly<Record<string, { status: number; body: string; headers?: Record<string, string> }>> = {
  '/list': { status: 200, body: '# throwaway\nmailinator.com\r\n\n  Yopmail.com # seen in 2026\n' },
  '/moved': { status: 302, body: '', headers: { location: '/list' } },
  '/gone': { status: 404, body: 'mailinator.com' },
  '/huge': { status: 200, body: 'x'.repeat(17 * 1024 * 1024) },
}
const server = createServer((request, response) => {
  const { status, body, headers } = answers[request.url ?? ''] ?? { status: 404, body: '' }
  response.writeHead(status, headers).end(body)
})
let at = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

it('reads a domain from each line, without remarks', async () => {
  expect(await createThrowawayList(`${at}/list`).read()).toEqual(['mailinator.com', 'Yopmail.com'])
})

it.each(['/moved', '/gone', '/huge'])('fails where there is no list: %s', async (path) => {
  await expect(createThrowawayList(`${at}${path}`).read()).rejects.toThrow()
})
