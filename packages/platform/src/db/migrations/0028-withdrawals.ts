/** Earned coins that become money: to whom, how far, and what each withdrawal went through. */
export const withdrawals = `
alter table tenants
  -- What the app has set about withdrawals. null: the platform's own terms.
  add column withdrawals jsonb;

create table payees (
  id text collate "C" primary key,
  tenant_id integer not null,
  user_id text collate "C" not null,
  type text not null check (type in ('upi', 'bank')),
  -- Of the account, under a key of the tenant's own: the same account of the same user is one payee.
  fingerprint bytea not null,
  -- The account itself, sealed under a data key of its own; null: destroyed.
  cipher bytea,
  data_key bytea,
  key_version integer,
  -- What may be shown of it.
  display text not null,
  provider text check (provider in ('razorpayx')),
  -- The provider's own id of it, and of its question to the bank whose it is.
  account_id text collate "C",
  check_id text collate "C",
  -- asked: the bank has not answered yet. known: it told a name (sealed). invalid: there is no such account. unclear: it told none.
  check_state text not null default 'new' check (check_state in ('new', 'asked', 'known', 'invalid', 'unclear')),
  name_cipher bytea,
  name_key bytea,
  name_key_version integer,
  -- The name there, compared with the verified one when it was last compared.
  name_check text not null default 'pending' check (name_check in ('pending', 'match', 'review', 'mismatch', 'invalid')),
  -- A reviewer has approved a payment to it although the names were not alike.
  approved_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (tenant_id, id),
  unique (tenant_id, user_id, fingerprint),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  check ((cipher is null) = (data_key is null)),
  check ((name_cipher is null) = (name_key is null))
);
create index on payees (tenant_id, check_id) where check_id is not null;
grant select, insert, update on payees to connect_app;
call connect_fence('payees');

create table withdrawals (
  id text collate "C" primary key,
  tenant_id integer not null,
  user_id text collate "C" not null,
  payee_id text collate "C" not null,
  -- The provider's account is the platform's, one for each mode.
  mode text not null check (mode in ('test', 'live')),
  method text not null check (method in ('razorpayx', 'hand')),
  status text not null check (status in ('requested', 'approved', 'processing', 'paid', 'rejected', 'failed', 'canceled')),
  -- Somebody has to approve it.
  in_review boolean not null default false,
  reason text,
  coins bigint not null check (coins > 0),
  -- What the coins were worth when it was asked for: what changes later changes nothing here.
  amount bigint not null check (amount > 0),
  fee bigint not null check (fee >= 0),
  tax bigint not null check (tax >= 0),
  net_amount bigint not null generated always as (amount - fee - tax) stored,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  tax_rule text,
  -- What the bank's statement says; frozen when it is sent, since the provider compares repetitions word for word.
  narration text,
  send_after timestamptz not null,
  -- Until when somebody may be about to send it. Whoever takes the user's standing away waits for that.
  sending_until timestamptz,
  send_tries integer not null default 0,
  payout_id text collate "C",
  -- What the provider said of it last, in our words.
  payout_state text check (payout_state in ('waiting', 'processing', 'paid', 'failed', 'returned')),
  bank_reference text,
  -- The user lost their standing after it was handed over: what the provider has not begun is called back.
  recalled_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  approved_at timestamptz,
  sent_at timestamptz,
  paid_at timestamptz,
  ended_at timestamptz,
  unique (tenant_id, id),
  unique (method, mode, payout_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, payee_id) references payees (tenant_id, id),
  check (fee + tax < amount),
  check (status <> 'paid' or paid_at is not null),
  check ((status in ('rejected', 'failed', 'canceled')) = (ended_at is not null)),
  -- A payout that somebody may have sent is over only when the provider says so.
  check (status not in ('processing') or method <> 'hand')
) with (fillfactor = 70);
create index on withdrawals (tenant_id, user_id, id);
create index on withdrawals (tenant_id, status, id);
create index on withdrawals (tenant_id, payee_id);
grant select, insert, update on withdrawals to connect_app;
call connect_fence('withdrawals');

-- Every step of every withdrawal, with who took it: evidence.
create table withdrawal_steps (
  tenant_id integer not null,
  withdrawal_id text collate "C" not null,
  step integer not null,
  event text not null,
  from_status text,
  to_status text not null,
  -- A user, a key, the platform or a provider.
  actor text collate "C" not null,
  note text,
  -- The ledger's transaction that moved its coins; null: they stayed where they were.
  transaction_id text collate "C",
  at timestamptz not null,
  primary key (tenant_id, withdrawal_id, step),
  foreign key (tenant_id, withdrawal_id) references withdrawals (tenant_id, id)
);
grant select, insert on withdrawal_steps to connect_app;
call connect_fence('withdrawal_steps');
create trigger append_only before update or delete or truncate on withdrawal_steps for each statement execute function connect_refuse_change();
`
