
select convert(a, char), convert(b using utf8), cast(c as signed), date_add(d, interval 1 day), interval(e, 1, 2), timestampdiff(day, f, g) from t