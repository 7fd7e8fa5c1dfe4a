-- A payment of a random user to the one account of the app, through the door and under a key. :ids is where ids stand now.
\set a 10000000 + random(1, :users)
\set n :n + 1
\set client :client_id + 100
select ledger_transfer(1, :ids || :n || :client, 'transfer:' || :ids || :n || :client, '\x00', 'transfer', null, null, 'bench', null, now(),
  'usr_000000000000000000' || :a, 'purchased', null, 'revenue', -1, null);
