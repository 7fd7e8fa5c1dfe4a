-- A payment of a random user to one account of the app, through the door.
\set a random(1, 10000)
\set k random(1, 4611686018427387904)
select outcome from ledger_post(1, 'txn_' || :k, null, null, 'transfer', null, null, 'bench', null, '2026-01-01',
  array['usr_' || lpad(:a::text, 26, '0'), null], array['purchased', 'revenue'],
  array[1, 0, 0], array[2], array[1::bigint], null);
