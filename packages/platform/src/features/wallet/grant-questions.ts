/**
 * What the trial balance asks about grants and keys. What holds at every commit: of each bucket that can be spent, what is left of its
 * grants adds up to its balance; what is left of a grant is what it gave, less what entries say they took from it; and a key leads to its
 * transaction. A grant is an entry with `expires_at`; it gave the entry's coins less those that went back to earlier grants. 'opening' is what
 * an account had when grants were first kept.
 */
export const grantQuestions = [
  {
    rule: 'the grants of a bucket add up to its balance',
    sql: `select a.id::text as subject, a.name || ': balance ' || a.balance || ', grants ' || coalesce(s.total, 0) as detail
      from ledger_accounts a
      left join (select account_id, sum(remaining) as total from ledger_grants where tenant_id = $1 group by account_id) s on s.account_id = a.id
      where a.tenant_id = $1 and coalesce(s.total, 0) <> case when a.user_id is not null and a.name in ('bonus', 'purchased', 'earned')
        then a.balance else 0 end`,
  },
  {
    rule: 'what is left of a grant is what it gave less what was taken from it',
    sql: `with moved as (
        select e.account_id, x.key as id, sum(x.value::bigint) as coins from ledger_entries e cross join lateral jsonb_each_text(e.grants) x
        where e.tenant_id = $1 and e.grants is not null group by e.account_id, x.key
      ), given as (
        select e.account_id, e.transaction_id as id, e.coins - coalesce((select sum(x.value::bigint) from jsonb_each_text(e.grants) x), 0) as coins
        from ledger_entries e where e.tenant_id = $1 and e.expires_at is not null
        union all select account_id, 'opening', coins from ledger_openings where tenant_id = $1
      ), left_over as (
        select account_id, transaction_id as id, sum(remaining) as coins from ledger_grants where tenant_id = $1 group by account_id, transaction_id
      )
      select id as subject, 'account ' || account_id || ': gave ' || coalesce(g.coins, 0) || ', moved ' || coalesce(m.coins, 0)
        || ', left ' || coalesce(l.coins, 0) as detail
      from given g full join moved m using (account_id, id) full join left_over l using (account_id, id)
      where coalesce(g.coins, 0) + coalesce(m.coins, 0) <> coalesce(l.coins, 0)`,
  },
  {
    rule: 'what is left of a grant says of it what the grant said',
    // What was taken back stands at the beginning of time, until it is clear whether it pays what its owner owes. Of 'opening' no transaction tells.
    sql: `select f.transaction_id as subject, 'account ' || f.account_id || ': ' || case
        when f.expires_at > '-infinity' and f.expires_at <> coalesce(e.expires_at, 'infinity') then 'until ' || f.expires_at
        when f.expires_at = '-infinity' or f.revoked_at is not null then 'taken back at ' || coalesce(f.revoked_at::text, 'no time')
        else f.coins || ' coins of a ' || f.source end as detail
      from ledger_grants f
      left join ledger_entries e on e.tenant_id = f.tenant_id and e.transaction_id = f.transaction_id and e.account_id = f.account_id
      left join ledger_transactions t on t.tenant_id = f.tenant_id and t.id = f.transaction_id
      left join (select distinct reverses as id from ledger_transactions where tenant_id = $1 and reverses is not null) r on r.id = f.transaction_id
      where f.tenant_id = $1 and (f.expires_at > '-infinity' and f.expires_at <> coalesce(e.expires_at, 'infinity')
        or (f.expires_at = '-infinity') <> (f.revoked_at is not null) or f.expires_at = '-infinity' and r.id is null
        or f.source <> coalesce(t.type, 'opening')
        or f.coins <> e.coins - coalesce((select sum(x.value::bigint) from jsonb_each_text(e.grants) x), 0))`,
  },
  {
    rule: 'a key leads to its transaction, and a transaction to its key',
    sql: `select coalesce(k.key, t.key) as subject, coalesce(t.id, k.transaction_id) as detail
      from (select * from ledger_keys where tenant_id = $1) k
      full join (select id, key from ledger_transactions where tenant_id = $1 and key is not null) t on t.id = k.transaction_id
      where t.key is distinct from k.key`,
  },
] as const
