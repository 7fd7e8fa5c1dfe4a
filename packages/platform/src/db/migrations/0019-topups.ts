/** Coins bought with money: what was asked for, what was paid, what went back, and what providers told of it. */
export const topups = `
alter table tenants
  -- What users can buy, in order: [{ id, coins, bonusCoins, amount, label }]. null: the platform's own packs.
  add column packs jsonb;

create table topups (
  id text collate "C" primary key,
  tenant_id integer not null references tenants,
  user_id text collate "C" not null,
  provider text not null check (provider in ('razorpay')),
  -- The provider account is the platform's, one for each mode.
  mode text not null check (mode in ('test', 'live')),
  -- The pack as it was when the top-up began: a price that changes later changes nothing here.
  pack_id text collate "C" not null,
  coins bigint not null check (coins between 1 and 1000000),
  bonus_coins bigint not null check (bonus_coins between 0 and 100000),
  amount bigint not null check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'created'
    check (status in ('created', 'pending', 'paid', 'failed', 'expired', 'refunded', 'disputed', 'charged_back')),
  failure text,
  -- What is paid at the provider; null until it has answered that there is one.
  order_id text collate "C",
  -- Until when somebody is about to have the order made, and how often that was tried: a second try looks for the first one's order.
  ordering_until timestamptz,
  order_tries integer not null default 0,
  -- The one payment whose coins were credited.
  payment_id text collate "C",
  -- Of that payment's money, what has gone back or is on its way, by refunds and lost disputes.
  returned_amount bigint not null default 0 check (returned_amount between 0 and amount),
  -- Nobody asks the provider any more.
  given_up_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  paid_at timestamptz,
  unique (tenant_id, id),
  unique (provider, mode, order_id),
  unique (tenant_id, provider, payment_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  check ((payment_id is null) = (paid_at is null))
) with (fillfactor = 70);
create index on topups (tenant_id, user_id, id);
create index on topups (tenant_id, status, id);
grant select, insert, update on topups to connect_app;
call connect_fence('topups');

-- What is known of each payment that somebody made, or says they made, for a top-up.
create table topup_payments (
  provider text not null,
  mode text not null,
  payment_id text collate "C" not null,
  tenant_id integer not null,
  topup_id text collate "C" not null,
  -- claimed: a page handed in a proof of it, and the provider has not told of it yet. returned: it went back without having been taken.
  status text not null check (status in ('claimed', 'failed', 'authorized', 'captured', 'returned')),
  amount bigint,
  currency text,
  failure text,
  -- What has come of it; this is never taken back.
  outcome text check (outcome in ('credited', 'duplicate', 'parked')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Whatever signal comes first, and from wherever: a payment is one row.
  primary key (provider, mode, payment_id),
  foreign key (tenant_id, topup_id) references topups (tenant_id, id)
) with (fillfactor = 70);
create index on topup_payments (tenant_id, topup_id);
-- One payment's coins are credited, however many are made.
create unique index topup_payments_credited on topup_payments (tenant_id, topup_id) where outcome = 'credited';
grant select, insert, update on topup_payments to connect_app;
call connect_fence('topup_payments');

-- What of the ledger gave coins for a top-up, and how much of each has been taken back. Given back after a failed refund, coins are a
-- transaction of their own.
create table topup_credits (
  tenant_id integer not null,
  transaction_id text collate "C" not null,
  topup_id text collate "C" not null,
  bucket text not null check (bucket in ('purchased', 'bonus')),
  coins bigint not null check (coins > 0),
  taken_back bigint not null default 0 check (taken_back between 0 and coins),
  primary key (tenant_id, transaction_id),
  foreign key (tenant_id, topup_id) references topups (tenant_id, id)
);
create index on topup_credits (tenant_id, topup_id, transaction_id);
grant select, insert, update (taken_back) on topup_credits to connect_app;
call connect_fence('topup_credits');

create table topup_refunds (
  id text collate "C" primary key,
  tenant_id integer not null,
  topup_id text collate "C" not null,
  provider text not null,
  mode text not null,
  payment_id text collate "C" not null,
  amount bigint not null check (amount > 0),
  cause text not null check (cause in ('operator', 'duplicate', 'provider')),
  status text not null check (status in ('requested', 'pending', 'processed', 'failed')),
  -- The provider's own id; null until it has taken the refund.
  refund_id text collate "C",
  reason text not null,
  -- Who asked: a key's id, or the platform.
  asked_by text not null,
  -- Whether the coins have followed the money: taken back, or given back after it failed. With the ledger's reversals that took them:
  -- [{ id, bucket, coins, owed }].
  followed text not null default 'no' check (followed in ('no', 'taken', 'given_back')),
  reversals jsonb not null default '[]',
  taken_coins bigint not null default 0 check (taken_coins >= 0),
  owed_coins bigint not null default 0 check (owed_coins >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (tenant_id, id),
  unique (provider, mode, refund_id),
  foreign key (tenant_id, topup_id) references topups (tenant_id, id)
);
create index on topup_refunds (tenant_id, topup_id, id);
-- A second payment of a top-up is given back once.
create unique index topup_refunds_duplicate on topup_refunds (provider, mode, payment_id) where cause = 'duplicate';
grant select, insert, update on topup_refunds to connect_app;
call connect_fence('topup_refunds');

create table topup_disputes (
  provider text not null,
  mode text not null,
  dispute_id text collate "C" not null,
  tenant_id integer not null,
  topup_id text collate "C" not null,
  payment_id text collate "C" not null,
  amount bigint not null check (amount > 0),
  status text not null check (status in ('open', 'won', 'lost')),
  followed text not null default 'no' check (followed in ('no', 'taken')),
  reversals jsonb not null default '[]',
  taken_coins bigint not null default 0 check (taken_coins >= 0),
  owed_coins bigint not null default 0 check (owed_coins >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (provider, mode, dispute_id),
  foreign key (tenant_id, topup_id) references topups (tenant_id, id)
);
create index on topup_disputes (tenant_id, topup_id);
grant select, insert, update on topup_disputes to connect_app;
call connect_fence('topup_disputes');

-- What providers told, as far as we need it: no card, no address, no phone number. Tenant 0: of orders that are not ours.
create table payment_events (
  provider text not null,
  mode text not null,
  -- The provider's id of the event, which its signature does not cover, and the digest of the bytes, which it does.
  event_id text collate "C" not null,
  digest bytea not null,
  tenant_id integer not null,
  topup_id text collate "C",
  type text not null,
  content jsonb not null,
  received_at timestamptz not null,
  -- null: it waits to be worked on.
  applied_at timestamptz,
  primary key (provider, mode, event_id, digest),
  foreign key (tenant_id, topup_id) references topups (tenant_id, id)
);
create index on payment_events (tenant_id, topup_id) where applied_at is null;
create index on payment_events (received_at);
grant select, insert, delete, update (applied_at) on payment_events to connect_app;
call connect_fence('payment_events');

-- Since when each secret that signs webhooks is known: the one before it is taken for a day from then. Digests only. Tenant 0.
create table payment_secrets (
  provider text not null,
  mode text not null,
  digest bytea not null,
  tenant_id integer not null default 0,
  known_since timestamptz not null,
  primary key (provider, mode, digest)
);
grant select, insert on payment_secrets to connect_app;
call connect_fence('payment_secrets');
`
