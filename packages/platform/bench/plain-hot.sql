-- A payment of a random account to the one of the app, by the plain reference.
\set a random(1, 10000)
\set k random(1, 4611686018427387904)
select plain_transfer('key-' || :k, :a, 0, 1);
