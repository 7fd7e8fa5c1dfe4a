import { expect, inject, it } from 'vitest'
import { requireDurable } from './durability.ts'

it('refuses a database that acknowledges before the disk has it', async () => {
  // The server of the test run is a throw-away one, started without fsync.
  await expect(requireDurable(inject('postgres'))).rejects.toThrow(/turn on fsync, full_page_writes, synchronous_commit/)
})
