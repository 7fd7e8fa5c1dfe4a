-- A transfer between two random users, through the door and under a key, as `post` sends it. :ids is where ids stand now.
\set half :users / 2
\set a random(1, :half)
\set b random(:half + 1, :users)
\set forth random(0, 1)
\set n :n + 1
select outcome from ledger_post(1, :ids || lpad(:n::text, 10, '0') || lpad(:client_id::text, 3, '0'),
  'transfer:' || :ids || lpad(:n::text, 10, '0') || lpad(:client_id::text, 3, '0'), '\x00', 'transfer', null, null, 'bench', null, now(),
  array['usr_' || lpad(:a::text, 26, '0'), 'usr_' || lpad(:b::text, 26, '0')], array['purchased', 'purchased'],
  array[1 + :forth, 0, 0], array[2 - :forth], array[1::bigint], null);
