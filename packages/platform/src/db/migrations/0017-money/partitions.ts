/** Transactions and entries by month, so that what is written to stays small however long the history is. */
export const partitions = `
-- An id begins with its time: 48 bits of milliseconds in 10 digits of base 32. The first id that an instant can have, without what follows.
create function ledger_first_id(p_time timestamptz) returns text language plpgsql immutable as $$
declare
  rest bigint := floor(extract(epoch from p_time) * 1000);
  digits text := '';
begin
  for i in 1..10 loop
    digits := substr('0123456789abcdefghjkmnpqrstvwxyz', (rest % 32)::integer + 1, 1) || digits;
    rest := rest / 32;
  end loop;
  return 'txn_' || digits;
end $$;

-- The month that an id belongs to; null for what is no id of ours.
create function ledger_month_of(p_id text) returns timestamptz language plpgsql immutable as $$
declare
  ms bigint := 0;
begin
  if p_id !~ '^txn_[0-7][0-9a-hjkmnp-tv-z]{9}' then return null; end if;
  for i in 5..14 loop
    ms := ms * 32 + strpos('0123456789abcdefghjkmnpqrstvwxyz', substr(p_id, i, 1)) - 1;
  end loop;
  return date_trunc('month', to_timestamp(ms / 1000), 'UTC');
end $$;

-- By ranges of ids, so that keys and pages of histories stay as they were. What there is becomes the partition behind the last month: all
-- ids have a place at any time, and the ranges have an order, which a default partition would spoil for pages. connect_app has no right to
-- a partition itself.
create procedure ledger_partition(p_table text, p_key text) language plpgsql as $$
declare old record;
begin
  execute format('alter table %I rename to %I', p_table, p_table || '_beyond');
  for old in select i.indexrelid::regclass::text as name from pg_index i where i.indrelid = (p_table || '_beyond')::regclass loop
    execute format('alter index %s rename to %I', old.name, replace(old.name, p_table, p_table || '_beyond'));
  end loop;
  execute format('create table %I (like %I including all) partition by range (%I)', p_table, p_table || '_beyond', p_key);
  execute format('revoke all on %I from connect_app', p_table || '_beyond');
  execute format('grant select on %I to connect_app', p_table);
  call connect_fence(p_table::regclass);
  execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function connect_refuse_change()', p_table);
  execute format('alter table %I attach partition %I for values from (minvalue) to (maxvalue)', p_table, p_table || '_beyond');
end $$;
call ledger_partition('ledger_transactions', 'id');
call ledger_partition('ledger_entries', 'transaction_id');
drop procedure ledger_partition;

-- Makes the partitions of this month and of the three to come, where they are missing; answers how many. Rows that stand behind the last
-- month (a history from before there were months, or a clock that jumped) are never moved: their partition is closed at the end of
-- their month, and a new one is opened behind it. Whoever reads or writes waits for some milliseconds once a month; it gives way to those
-- who would keep it waiting, and is called again.
create function ledger_make_partitions(p_now timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
  this_month constant timestamptz := date_trunc('month', p_now, 'UTC');
  enough constant text := ledger_first_id((this_month at time zone 'UTC' + interval '4 months') at time zone 'UTC');
  parent text; key text; beyond text; lower text; top text; upper text; month timestamptz; next timestamptz; name text; closed boolean;
  names text[]; lowers text[]; made integer := 0;
begin
  if not pg_try_advisory_xact_lock(7240118) then return 0; end if;
  for parent, key in values ('ledger_transactions', 'id'), ('ledger_entries', 'transaction_id') loop
    beyond := parent || '_beyond';
    select coalesce(substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \\(''([^'']*)''\\)'), '') into lower
      from pg_class c where c.oid = beyond::regclass;
    continue when lower >= enough;
    execute format('select max(%I) from %I', key, beyond) into top;
    closed := top is not null;
    month := case when lower = '' then this_month else ledger_month_of(lower) end;
    names := '{}';
    lowers := '{}';
    if closed then
      if ledger_month_of(top) is null or ledger_month_of(top) > p_now + interval '100 years' then
        raise warning '% holds an id that no clock of ours has made', beyond;
        continue;
      end if;
      month := greatest((ledger_month_of(top) at time zone 'UTC' + interval '1 month') at time zone 'UTC', this_month);
    elsif lower < ledger_first_id(this_month) then
      month := this_month;
      names := array[parent || '_until_' || to_char(month at time zone 'UTC', 'YYYY_MM')];
      lowers := array[lower];
    end if;
    upper := ledger_first_id(month);
    if closed then
      name := parent || '_until_' || to_char(month at time zone 'UTC', 'YYYY_MM');
    end if;
    -- The new tables are made before anybody has to wait.
    next := month;
    while ledger_first_id(next) < enough loop
      names := names || (parent || '_' || to_char(next at time zone 'UTC', 'YYYY_MM'));
      lowers := lowers || ledger_first_id(next);
      next := (next at time zone 'UTC' + interval '1 month') at time zone 'UTC';
    end loop;
    for i in 1..cardinality(names) loop
      execute format('create table %I (like %I including all)', names[i], parent);
      execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function connect_refuse_change()', names[i]);
    end loop;
    execute format('alter table %I detach partition %I', parent, beyond);
    if closed then
      execute format('alter table %I rename to %I', beyond, name);
      execute format('create table %I (like %I including all)', beyond, parent);
      execute format('create trigger append_only before update or delete or truncate on %I for each statement execute function connect_refuse_change()', beyond);
      execute format('alter table %I attach partition %I for values from (%s) to (%L)', parent, name, case lower when '' then 'minvalue' else quote_literal(lower) end, upper);
    end if;
    for i in 1..cardinality(names) loop
      execute format('alter table %I attach partition %I for values from (%s) to (%L)', parent, names[i],
        case lowers[i] when '' then 'minvalue' else quote_literal(lowers[i]) end,
        case when i < cardinality(names) then lowers[i + 1] else ledger_first_id(next) end);
    end loop;
    execute format('alter table %I attach partition %I for values from (%L) to (maxvalue)', parent, beyond, ledger_first_id(next));
    made := made + cardinality(names) + closed::integer;
  end loop;
  return made;
end $$;
revoke all on function ledger_make_partitions from public;
grant execute on function ledger_make_partitions to connect_app;
`
