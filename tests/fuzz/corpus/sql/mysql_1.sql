
select * from t where match(a, b) against ('from x' in boolean mode) and c -> '$.d' = 1 limit 5, 10 for update