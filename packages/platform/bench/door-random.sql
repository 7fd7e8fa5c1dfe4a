-- A transfer between two random users, through the door and under a key, as `post` sends it. :ids is where ids stand now.
\set half :users / 2
\set a 10000000 + random(1, :half)
\set b 10000000 + random(:half + 1, :users)
\set coins 2 * random(0, 1) - 1
\set n :n + 1
\set client :client_id + 100
select ledger_transfer(1, :ids || :n || :client, 'transfer:' || :ids || :n || :client, '\x00', 'transfer', null, null, 'bench', null, now(),
  'usr_000000000000000000' || :a, 'purchased', 'usr_000000000000000000' || :b, 'purchased', :coins, null);
