/** One HTTP request as it goes over the wire, and all of its answer. */
export interface Asked {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Ask {
  readonly method: string
  readonly path: string
  readonly credential?: string | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export async function ask(url: string, { method, path, credential, body, headers = {} }: Ask): Promise<Asked> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(credential === undefined ? {} : { Authorization: `Bearer ${credential}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

export const codeOf = ({ text }: Asked): unknown => (JSON.parse(text) as { code?: unknown }).code
