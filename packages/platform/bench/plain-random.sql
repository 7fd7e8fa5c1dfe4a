-- A transfer between two random accounts, by the plain reference.
\set a random(1, 5000)
\set b random(5001, 10000)
\set k random(1, 4611686018427387904)
select plain_transfer('key-' || :k, :a, :b, 1);
