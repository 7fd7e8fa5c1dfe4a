import type { CallOptions } from '../contract/kit.ts'

interface Page<Item> {
  readonly data: readonly Item[]
  readonly nextCursor: string | null
}

type List<Input, Item> = (input: Input, options?: CallOptions) => Promise<Page<Item>>

/**
 * Walks through a list, page after page, asking for the next page when it is needed:
 * `for await (const call of iterate(client.calls.list, { limit: 50 }))`. Ends early with `break`.
 */
export async function* iterate<Input extends object, Item>(
  list: List<Input & { cursor?: string | undefined }, Item>,
  ...[input, options]: object extends Input ? [input?: Input, options?: CallOptions] : [input: Input, options?: CallOptions]
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | null | undefined
  do {
    // An input may be left out only where all of it is optional, and then an empty one is whole.
    const page: Page<Item> = await list({ ...(input as Input), ...(cursor && { cursor }) }, options)
    yield* page.data
    cursor = page.nextCursor
  } while (cursor)
}
