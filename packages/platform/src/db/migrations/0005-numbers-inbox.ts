/** Virtual numbers, and the messages that providers sent. */
export const numbersInbox = `
create table numbers (
  id text collate "C" primary key,
  tenant_id integer not null references tenants,
  provider text not null check (provider in ('twilio')),
  -- The provider account is the platform's, one for each mode: a number serves one app of it.
  mode text not null check (mode in ('test', 'live')),
  phone_number text not null check (phone_number ~ '^\\+[1-9][0-9]{6,14}$'),
  created_at timestamptz not null,
  unique (tenant_id, id),
  unique (provider, mode, phone_number)
);
create index on numbers (tenant_id, phone_number);
grant select, insert on numbers to connect_app;
call connect_fence('numbers');

create table inbox (
  provider text not null,
  delivery_id text collate "C" not null,
  tenant_id integer not null references tenants,
  call_id text collate "C" not null,
  payload jsonb not null,
  received_at timestamptz not null,
  applied_at timestamptz,
  primary key (provider, delivery_id),
  foreign key (tenant_id, call_id) references calls (tenant_id, id)
);
create index on inbox (tenant_id, call_id) where applied_at is null;
create index on inbox (received_at);
grant select, insert, update, delete on inbox to connect_app;
call connect_fence('inbox');
`
