/** By what a person is known again who makes another account: keyed hashes, never the things themselves. */
export const traces = `
create table user_traces (
  tenant_id integer not null,
  -- address: one IPv4 address, or the /64 of IPv6. range: the /24, or the /48.
  kind text not null check (kind in ('email', 'email_collapsed', 'email_stem', 'device', 'phone', 'phone_block', 'address', 'range', 'payee', 'identity')),
  -- Under a key of the tenant's own that is outside the database.
  key bytea not null,
  user_id text collate "C" not null,
  first_seen_at timestamptz not null,
  seen_at timestamptz not null,
  primary key (tenant_id, kind, key, user_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index on user_traces (tenant_id, kind, key, first_seen_at);
create index user_traces_lately on user_traces (tenant_id, kind, key, seen_at) where kind in ('address', 'range');
create index user_traces_old on user_traces (seen_at) where kind in ('address', 'range');
create index on user_traces (tenant_id, user_id);
grant select, insert, update (seen_at), delete on user_traces to connect_app;
call connect_fence('user_traces');

alter table users
  -- With which address of mail they came, where the host tells another than theirs; for the checks of referrals.
  add column signup_email text,
  -- By which edition of the rules traces were left; 0: not yet, or they are forgotten.
  add column traces smallint not null default 0;
create index users_untraced on users (id) where traces = 0 and deleted_at is null;
create index users_traced on users (deleted_at) where traces > 0 and deleted_at is not null;
create index users_whole_ip on users (created_at) where signup_ip is not null and position('/' in signup_ip) = 0;
create index users_signup_email on users (created_at) where signup_email is not null;

-- Domains that a newer list than the platform's own calls throwaway; of no app.
create table throwaway_domains (
  domain text collate "C" primary key
);
grant select, insert, delete on throwaway_domains to connect_app;
`
