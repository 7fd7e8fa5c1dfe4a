import type { Tx } from '../../../db/connect.ts'

/** Those of these domains that a list names which was taken in since the platform was built. */
export async function namedByLists(tx: Tx, domains: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ domain: string }>('select domain from throwaway_domains where domain = any($1)', [domains])
  return new Set(rows.map(({ domain }) => domain))
}

/** What stays the same is not written anew. */
export async function replaceThrowaway(tx: Tx, domains: readonly string[]): Promise<void> {
  await tx.patiently()
  await tx.query(
    `with gone as (delete from throwaway_domains d where not exists (select from unnest($1::text[]) n where n = d.domain))
     insert into throwaway_domains (domain) select unnest($1::text[]) on conflict do nothing`,
    [domains],
  )
}
