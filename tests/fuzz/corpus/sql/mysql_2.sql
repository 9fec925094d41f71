
select a, group_concat(distinct b order by c separator ', ') from t partition (p0, p1) as x group by a with rollup