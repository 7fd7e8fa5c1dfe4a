-- A transfer between two random users, through the door.
\set a random(1, 5000)
\set b random(5001, 10000)
\set forth random(0, 1)
\set k random(1, 4611686018427387904)
select outcome from ledger_post(1, 'txn_' || :k, null, null, 'transfer', null, null, 'bench', null, '2026-01-01',
  array['usr_' || lpad(:a::text, 26, '0'), 'usr_' || lpad(:b::text, 26, '0')], array['purchased', 'purchased'],
  array[1 + :forth, 0, 0], array[2 - :forth], array[1::bigint], null);
