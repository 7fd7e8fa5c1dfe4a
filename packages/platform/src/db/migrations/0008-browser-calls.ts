/** Browser calls: which tab carries each side's sound, and what it has proved. */
export const browserCalls = `
alter table calls
  add column caller_peer text check (caller_peer ~ '^[A-Za-z0-9_-]{16,64}$'),
  add column callee_peer text check (callee_peer ~ '^[A-Za-z0-9_-]{16,64}$');
alter table calls add constraint calls_peer_check check (channel = 'browser' or (caller_peer is null and callee_peer is null));

-- One row a side, written once a second by each process for all its calls. What is charged for a browser call follows from these alone.
create table browser_sides (
  tenant_id integer not null,
  call_id text collate "C" not null,
  side text not null check (side in ('caller', 'callee')),
  user_id text collate "C" not null,
  -- The moments at which sound was proved, in milliseconds, each widened by half of the longest gap to both sides: those that belong
  -- together have grown together. A set: neither order nor repetition of what is added changes it.
  connected int8multirange not null default '{}',
  -- When anything was heard of this side last, in milliseconds.
  heard_at bigint,
  -- Of the last proof: the same bytes of the same tab again prove nothing.
  peer text,
  bytes bigint check (bytes >= 0),
  primary key (tenant_id, call_id, side),
  foreign key (tenant_id, call_id) references calls (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
) with (fillfactor = 70);
grant select, insert, update on browser_sides to connect_app;
call connect_fence('browser_sides');
`
