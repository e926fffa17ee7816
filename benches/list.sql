-- What one page of the operator's customer list asks the database, word for word as the portal
-- does. `benches/list.sh` runs it with `pgbench -M prepared` beside the portal itself.
SELECT "sessions"."state", "sessions"."created_at", "sessions"."seen_at" FROM "sessions" WHERE ("sessions"."id" = :session) LIMIT 1;
SELECT "users"."name", "users"."role", "users"."contracts", "partners"."id", "partners"."parent_id", "partners"."name", "customers"."number", "customers"."name", "customers"."deleted_at" FROM (("users" LEFT OUTER JOIN "partners" ON ("users"."partner_id" = "partners"."id")) LEFT OUTER JOIN "customers" ON ("users"."customer_number" = "customers"."number")) WHERE (("users"."id" = :user) AND ("users"."disabled_at" IS NULL)) LIMIT 1;
SELECT "case_rows"."number", "case_rows"."company", "case_rows"."company_key", "case_rows"."city", "case_rows"."partner_id", "case_rows"."sub_partner_id", "case_rows"."products", "case_rows"."status", "case_rows"."reminders", "case_rows"."moment", "case_rows"."next_at", "case_rows"."next_status", "case_rows"."next_moment" FROM "case_rows" ORDER BY "case_rows"."company_key" ASC, "case_rows"."number" ASC LIMIT 51;
SELECT "partners"."id", "partners"."name" FROM "partners" WHERE ("partners"."id" = ANY(:partners));
SELECT status_counts('all', 0, '{no_email,undeliverable,expired,renewal_required,open,requested,reminded,concluded,update_pending,declined,void,ended,not_required}', 1000, now());
SELECT "partners"."id", "partners"."name" FROM "partners" WHERE ("partners"."parent_id" IS NULL) ORDER BY "partners"."name", "partners"."id";
