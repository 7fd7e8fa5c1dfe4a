/**
 * What the trial balance asks about coins that became money, and money that became coins: rows that say so and the ledger are written
 * together, so at no moment does one say other than the other.
 */
export const moneyQuestions = [
  {
    rule: 'a withdrawal’s coins stand where its status says',
    sql: `with moved as (
        select t.reference_id as id, a.name, sum(e.coins) as coins
        from ledger_transactions t join ledger_entries e on e.tenant_id = t.tenant_id and e.transaction_id = t.id
        join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
        where t.tenant_id = $1 and t.reference_type = 'withdrawal' group by t.reference_id, a.name
      ), placed as (
        select id, coins, status, case status when 'requested' then 'held' when 'approved' then 'held' when 'processing' then 'payouts_in_flight'
          when 'paid' then 'paid_out' end as place
        from withdrawals where tenant_id = $1
      ), wanted as (
        select p.id, n.name, case when p.place is null then 0 when n.name = p.place then p.coins when n.name = 'earned' then -p.coins else 0 end as coins
        from placed p cross join (values ('earned'), ('held'), ('payouts_in_flight'), ('paid_out')) n (name)
      )
      select coalesce(w.id, m.id) as subject, coalesce(w.name, m.name) || ': status says ' || coalesce(w.coins, 0) || ', ledger ' || coalesce(m.coins, 0) as detail
      from wanted w full join moved m on m.id = w.id and m.name = w.name where coalesce(w.coins, 0) <> coalesce(m.coins, 0)`,
  },
  {
    rule: 'what is in flight and paid out is what withdrawals say',
    sql: `select n.name as subject, 'ledger ' || coalesce(l.coins, 0) || ', withdrawals ' || coalesce(w.coins, 0) as detail
      from (values ('payouts_in_flight', 'processing'), ('paid_out', 'paid')) n (name, status)
      left join (select name, sum(balance) as coins from ledger_accounts where tenant_id = $1 and user_id is null group by name) l on l.name = n.name
      left join (select status, sum(coins) as coins from withdrawals where tenant_id = $1 group by status) w on w.status = n.status
      where coalesce(l.coins, 0) <> coalesce(w.coins, 0)`,
  },
  {
    rule: 'what a top-up credited is what the ledger gave for it',
    sql: `select coalesce(c.transaction_id, t.id) as subject, 'credit ' || coalesce(c.coins::text, 'not written') || ', ledger ' || coalesce(t.coins::text, 'nothing') as detail
      from (select * from topup_credits where tenant_id = $1) c
      full join (
        select t.id, sum(e.coins) as coins from ledger_transactions t
        join ledger_entries e on e.tenant_id = t.tenant_id and e.transaction_id = t.id and e.user_id is not null
        where t.tenant_id = $1 and t.reference_type = 'topup' and t.type in ('topup', 'topup_bonus', 'topup_restored') group by t.id) t on t.id = c.transaction_id
      where c.coins is distinct from t.coins`,
  },
  {
    rule: 'a top-up that is paid was credited once, and no other was',
    sql: `select t.id as subject, t.status || ': credited ' || coalesce(c.coins, 0) || ' of ' || t.coins + t.bonus_coins as detail
      from topups t
      left join (
        select c.topup_id, sum(c.coins) as coins from topup_credits c
        join ledger_transactions l on l.tenant_id = c.tenant_id and l.id = c.transaction_id and l.type in ('topup', 'topup_bonus')
        where c.tenant_id = $1 group by c.topup_id) c on c.topup_id = t.id
      where t.tenant_id = $1 and coalesce(c.coins, 0) <> case when t.payment_id is null then 0 else t.coins + t.bonus_coins end`,
  },
  {
    rule: 'a referral was rewarded once and in whole, or not at all',
    sql: `with given as (
        select t.reference_id as id, t.id as transaction_id, sum(e.coins) as coins from ledger_transactions t
        join ledger_entries e on e.tenant_id = t.tenant_id and e.transaction_id = t.id and e.user_id is not null
        where t.tenant_id = $1 and t.type = 'referral' group by t.reference_id, t.id
      ), wanted as (
        select id, status, transaction_id, referrer_coins + referee_coins as coins from referrals where tenant_id = $1 and status in ('rewarded', 'reversed')
      )
      select coalesce(w.id, g.id) as subject, coalesce(w.status, 'not rewarded') || ': wanted ' || coalesce(w.coins, 0) || ', ledger ' || coalesce(g.coins, 0) as detail
      from wanted w full join given g on g.id = w.id
      where (w.transaction_id, w.coins) is distinct from (g.transaction_id, g.coins)`,
  },
  {
    rule: 'of a referral at most what it gave was taken back, and only when it was',
    sql: `select t.reference_id as subject, coalesce(r.status, 'unknown') || ': took ' || -sum(e.coins) as detail
      from ledger_transactions t
      join ledger_entries e on e.tenant_id = t.tenant_id and e.transaction_id = t.id and e.user_id is not null
      left join referrals r on r.tenant_id = t.tenant_id and r.id = t.reference_id
      where t.tenant_id = $1 and t.type = 'referral_reversal' group by t.reference_id, r.status, r.referrer_coins, r.referee_coins
      having r.status is distinct from 'reversed' or -sum(e.coins) > r.referrer_coins + r.referee_coins`,
  },
] as const
