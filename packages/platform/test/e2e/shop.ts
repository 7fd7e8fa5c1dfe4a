import { createServer } from 'node:http'

export interface Shop {
  readonly url: string
  /** The forms that were sent to its callback address. */
  readonly posted: URLSearchParams[]
  close(): void
}

/** What a page needs to be allowed, and nothing else. */
const policyOf = (url: string) => `default-src 'none'; script-src 'self' ${url}; frame-src ${url}; form-action 'self'; base-uri 'none'`

/** A shop with a page and a callback address; `localhost`, so that the payment page is another site to it. */
export async function startShop(checkoutUrl: string): Promise<Shop> {
  const posted: URLSearchParams[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      if (request.method === 'POST') posted.push(new URLSearchParams(body))
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policyOf(checkoutUrl) })
      response.end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Shop</title>
        <h1>${request.method === 'POST' ? 'Thank you' : 'Shop'}</h1><button id="buy">Buy</button><script src="${checkoutUrl}/v1/checkout.js"></script>`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://localhost:${port}`,
    posted,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
