-- A payment of a random user to the one account of the app, through the door and under a key. :ids is where ids stand now.
\set a random(1, :users)
\set n :n + 1
select outcome from ledger_post(1, :ids || lpad(:n::text, 10, '0') || lpad(:client_id::text, 3, '0'),
  'transfer:' || :ids || lpad(:n::text, 10, '0') || lpad(:client_id::text, 3, '0'), '\x00', 'transfer', null, null, 'bench', null, now(),
  array['usr_' || lpad(:a::text, 26, '0'), null], array['purchased', 'revenue'],
  array[1, 0, 0], array[2], array[1::bigint], null);
