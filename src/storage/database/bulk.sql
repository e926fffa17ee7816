-- Customers by the hundred thousand, with facts as the actions would have written them. Reads the
-- temporary table bulk_settings, which bulk.rs fills: one row with everything that varies. Numbers are
-- figures alone and reckoned with as such; a customer's number is the text of one.

CREATE FUNCTION pg_temp.link_end(sent TIMESTAMPTZ) RETURNS TIMESTAMPTZ LANGUAGE sql STABLE AS $$
    SELECT (date_trunc('day', sent AT TIME ZONE 'Europe/Berlin') + INTERVAL '15 days')
           AT TIME ZONE 'Europe/Berlin' - INTERVAL '1 millisecond'
$$;
CREATE FUNCTION pg_temp.next_step(link_end TIMESTAMPTZ) RETURNS TIMESTAMPTZ LANGUAGE sql STABLE AS $$
    SELECT (date_trunc('day', link_end AT TIME ZONE 'Europe/Berlin') + INTERVAL '32 hours')
           AT TIME ZONE 'Europe/Berlin'
$$;
CREATE FUNCTION pg_temp.days_before(moment TIMESTAMPTZ, days BIGINT) RETURNS TIMESTAMPTZ LANGUAGE sql STABLE AS $$
    SELECT (moment AT TIME ZONE 'Europe/Berlin' - days * INTERVAL '1 day') AT TIME ZONE 'Europe/Berlin'
$$;
-- The same number always gives the same customer; each seed is another figure about it.
CREATE FUNCTION pg_temp.figure(number BIGINT, seed BIGINT, below BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(number, seed) & 9223372036854775807) % below
$$;
CREATE FUNCTION pg_temp.seconds(count BIGINT) RETURNS INTERVAL LANGUAGE sql IMMUTABLE AS $$
    SELECT count * INTERVAL '1 second'
$$;

-- 1: what happens to whom.
CREATE TEMPORARY TABLE bulk_fates ON COMMIT DROP AS
WITH drawn AS (
    SELECT n AS number, pg_temp.figure(n, 1, 1000) AS lot, s.now,
           1 + pg_temp.figure(n, 2, cardinality(s.partners)) AS chain,
           1 + pg_temp.figure(n, 3, cardinality(s.families)) AS family,
           1 + pg_temp.figure(n, 4, cardinality(s.trades)) AS trade,
           1 + pg_temp.figure(n, 5, cardinality(s.forms)) AS form,
           1 + pg_temp.figure(n, 6, cardinality(s.cities)) AS city
    FROM bulk_settings s, generate_series(s.first, s.first + s.count - 1) n
)
SELECT drawn.*,
       CASE WHEN lot < 700 THEN 'concluded'
            WHEN lot < 760 THEN 'not_required'
            WHEN lot < 820 THEN 'alone'
            WHEN lot < 860 THEN 'requested'
            WHEN lot < 900 THEN 'reminded'
            WHEN lot < 940 THEN 'expired'
            WHEN lot < 955 THEN 'declined'
            WHEN lot < 966 THEN 'update_pending'
            WHEN lot < 970 THEN 'amendment_open'
            WHEN lot < 978 THEN 'void'
            WHEN lot < 986 THEN 'no_email'
            WHEN lot < 990 THEN 'undeliverable'
            WHEN lot < 994 THEN 'renewal_required'
            WHEN lot < 999 THEN 'ended'
            ELSE 'open' END AS fate,
       pg_temp.figure(number, 7, 10) AS taste,
       pg_temp.figure(number, 8, 5) = 0 AS has_sub
FROM drawn;

-- 2: when, and with which keys. `sent` is the last link, `answered` the conclusion or the decline.
CREATE TEMPORARY TABLE bulk_plan ON COMMIT DROP AS
WITH timed AS (
    SELECT f.*,
           CASE WHEN fate IN ('requested', 'reminded', 'undeliverable')
                    THEN now - pg_temp.seconds(60 + pg_temp.figure(number, 9, 1123140))
                WHEN fate = 'expired' THEN now - pg_temp.seconds(86400 * 17 + pg_temp.figure(number, 9, 86400 * 180))
                WHEN fate = 'declined' THEN now - pg_temp.seconds(86400 * 5 + pg_temp.figure(number, 9, 86400 * 300))
                ELSE now - pg_temp.seconds(86400 * 40 + pg_temp.figure(number, 9, 86400 * 700)) END AS sent,
           pg_temp.seconds(600 + pg_temp.figure(number, 10, 86400 * 3)) AS thinking,
           CASE fate WHEN 'reminded' THEN 1 + pg_temp.figure(number, 11, 3) WHEN 'expired' THEN 3 ELSE 0 END AS reminders,
           CASE WHEN fate = 'not_required' THEN 4
                WHEN fate = 'alone' THEN 1
                WHEN fate IN ('update_pending', 'amendment_open') THEN 5
                WHEN taste < 6 THEN 1 WHEN taste < 8 THEN 2 WHEN taste < 9 THEN 3 ELSE 5 END AS mix
    FROM bulk_fates f
)
SELECT t.*, t.sent + t.thinking AS answered,
       t.sent + t.thinking + (t.now - t.sent - t.thinking) * (pg_temp.figure(number, 12, 900) / 1000.0) AS ended,
       t.now - pg_temp.seconds(60 + pg_temp.figure(number, 13, 1123140)) AS sent_again,
       pg_temp.days_before(t.sent, t.reminders * 15) AS opened,
       gen_random_uuid() AS request, gen_random_uuid() AS link,
       gen_random_uuid() AS second_request, gen_random_uuid() AS agreement,
       fate IN ('concluded', 'update_pending', 'amendment_open', 'void', 'renewal_required', 'ended') AS has_agreement,
       fate NOT IN ('not_required', 'alone', 'no_email', 'open') AS was_asked,
       s.families[family] || ' ' || s.trades[trade] || ' ' || s.cities[city] || ' ' || s.forms[form] AS company,
       s.family_keys[family] || ' ' || s.trade_keys[trade] || ' ' || s.city_keys[city] || ' ' || s.form_keys[form] AS company_key,
       concat_ws(' ', s.family_words[family], s.trade_words[trade], s.city_words[city], s.form_words[form], s.postcodes[city], number,
                 CASE WHEN fate <> 'no_email' THEN '@kontakt@firma-' || number || '.example @firma-' || number || '.example @' || number END,
                 CASE WHEN fate IN ('concluded', 'update_pending', 'amendment_open', 'void', 'renewal_required', 'ended')
                     THEN 'avv-' || to_char((t.sent + t.thinking) AT TIME ZONE 'Europe/Berlin', 'YYYY') || '-'
                          || number || '-1' END) AS words,
       s.cities[city] AS town, s.postcodes[city] AS postcode,
       s.persons[1 + pg_temp.figure(number, 14, cardinality(s.persons))] AS person,
       CASE WHEN fate <> 'alone' THEN s.partners[chain] END AS partner,
       CASE WHEN fate NOT IN ('alone', 'renewal_required') AND has_sub THEN s.sub_partners[chain] END AS sub_partner,
       s.partners[1 + chain % cardinality(s.partners)] AS former_partner
FROM timed t, bulk_settings s;
ANALYZE bulk_plan;

-- 3: the facts.
INSERT INTO customers (number, name, street, postcode, city, country, register, represented_by, contact, email, phone,
                       language, partner_id, sub_partner_id, created_at)
SELECT number::text, company, 'Gewerbestraße ' || 1 + pg_temp.figure(number, 15, 120), postcode, town, 'Deutschland', '', person,
       person, CASE WHEN fate <> 'no_email' THEN 'kontakt@firma-' || number || '.example' END, '',
       CASE WHEN pg_temp.figure(number, 16, 25) = 0 THEN 'en' ELSE 'de' END, partner, sub_partner,
       opened - INTERVAL '1 hour'
FROM bulk_plan;

INSERT INTO bookings (customer_number, product_code, options, booked_at, ends_at, settled_at)
SELECT number::text, product ->> 'product',
       (SELECT coalesce(jsonb_agg(jsonb_build_object('code', code, 'ends_at', NULL)), '[]') FROM jsonb_array_elements_text(product -> 'options') code),
       -- The second product of an amended agreement came after its conclusion.
       CASE WHEN fate IN ('update_pending', 'amendment_open') AND place = 2 THEN sent_again ELSE opened END,
       CASE WHEN fate = 'ended' THEN ended END, CASE WHEN fate = 'ended' THEN ended END
FROM bulk_plan, bulk_settings s, jsonb_array_elements(s.mixes -> (mix - 1)::integer) WITH ORDINALITY AS m (product, place)
ORDER BY number, place;

INSERT INTO requests (id, customer_number, reason, opened_at, offer, reminders, undeliverable_at, closed_at, outcome)
SELECT request, number::text, 'first', opened,
       jsonb_build_object('partner', CASE WHEN fate = 'renewal_required' THEN former_partner ELSE partner END,
                          'sub_partner', sub_partner, 'version', s.version, 'products',
                          CASE WHEN fate IN ('update_pending', 'amendment_open') THEN jsonb_build_array(s.mixes -> 4 -> 0) ELSE s.mixes -> (mix - 1)::integer END),
       reminders,
       CASE WHEN fate = 'undeliverable' THEN sent + INTERVAL '30 seconds' END,
       CASE WHEN has_agreement OR fate = 'declined' THEN answered
            WHEN fate = 'expired' THEN pg_temp.next_step(pg_temp.link_end(sent)) END,
       CASE WHEN has_agreement THEN 'concluded' WHEN fate IN ('declined', 'expired') THEN fate END
FROM bulk_plan, bulk_settings s WHERE was_asked;

INSERT INTO requests (id, customer_number, reason, opened_at, offer, reminders, closed_at, outcome)
SELECT second_request, number::text, 'product', sent_again,
       jsonb_build_object('partner', partner, 'sub_partner', sub_partner, 'version', s.version,
                          'products', s.mixes -> (mix - 1)::integer),
       0,
       -- Declined half a minute later.
       CASE WHEN fate = 'amendment_open' THEN sent_again + INTERVAL '30 seconds' END,
       CASE WHEN fate = 'amendment_open' THEN 'declined' END
FROM bulk_plan, bulk_settings s WHERE fate IN ('update_pending', 'amendment_open');

INSERT INTO links (id, request_id, number, sent_at, valid_until, ended_at, how, opened)
SELECT CASE WHEN step = reminders THEN link ELSE gen_random_uuid() END, request, step,
       pg_temp.days_before(sent, (reminders - step) * 15),
       pg_temp.link_end(pg_temp.days_before(sent, (reminders - step) * 15)),
       CASE WHEN has_agreement OR fate = 'declined' THEN answered END,
       CASE WHEN has_agreement THEN 'used' WHEN fate = 'declined' THEN 'closed' END,
       CASE WHEN has_agreement OR fate = 'declined' THEN 1 ELSE 0 END
FROM bulk_plan, generate_series(0, reminders) step WHERE was_asked;

INSERT INTO links (id, request_id, number, sent_at, valid_until, ended_at, how)
SELECT gen_random_uuid(), second_request, 0, sent_again, pg_temp.link_end(sent_again),
       CASE WHEN fate = 'amendment_open' THEN sent_again + INTERVAL '30 seconds' END,
       CASE WHEN fate = 'amendment_open' THEN 'closed' END
FROM bulk_plan WHERE fate IN ('update_pending', 'amendment_open');

INSERT INTO agreements (id, customer_number, number, concluded_at, person, function, request_id, link_id, offer, ended_at, how)
SELECT p.agreement, p.number::text,
       'AVV-' || to_char(p.answered AT TIME ZONE 'Europe/Berlin', 'YYYY') || '-' || p.number || '-1',
       p.answered, p.person, 'Geschäftsführung', p.request, p.link, r.offer,
       CASE WHEN p.fate IN ('void', 'ended') THEN p.ended END,
       CASE p.fate WHEN 'void' THEN 'objected' WHEN 'ended' THEN 'ended' END
FROM bulk_plan p JOIN requests r ON r.id = p.request WHERE p.has_agreement;

INSERT INTO objections (customer_number, agreement_id, channel, received_on, note, recorded_at, recorded_by)
SELECT number::text, agreement, 'letter', (ended AT TIME ZONE 'Europe/Berlin')::date, '', ended, s.recorder
FROM bulk_plan, bulk_settings s WHERE fate = 'void';

-- 4: what the list shows.
CREATE TEMPORARY TABLE bulk_texts ON COMMIT DROP AS
SELECT number, (SELECT string_agg(DISTINCT word COLLATE "C", ' ' ORDER BY word COLLATE "C")
                FROM unnest(string_to_array(words, ' ')) word) AS search_text
FROM bulk_plan;
ANALYZE bulk_texts;

CREATE TEMPORARY TABLE bulk_dates ON COMMIT DROP AS
SELECT number,
       CASE WHEN fate IN ('concluded', 'renewal_required', 'declined') THEN answered
            WHEN fate = 'amendment_open' THEN sent_again + INTERVAL '30 seconds'
            WHEN fate IN ('requested', 'reminded', 'expired') THEN pg_temp.link_end(sent)
            WHEN fate = 'update_pending' THEN pg_temp.link_end(sent_again)
            WHEN fate = 'undeliverable' THEN sent + INTERVAL '30 seconds'
            WHEN fate IN ('void', 'ended') THEN ended END AS moment
FROM bulk_plan;
ANALYZE bulk_dates;

INSERT INTO case_rows (number, company, company_key, city, partner_id, sub_partner_id, products, status, reminders, moment,
                       next_at, next_status, next_moment, due_at, stands_at, search_text)
SELECT number::text, company, company_key, town, partner, sub_partner,
       CASE WHEN fate = 'ended' THEN '' ELSE s.labels[mix] END,
       CASE WHEN fate = 'alone' THEN 'not_required' ELSE fate END,
       CASE WHEN fate = 'reminded' THEN reminders ELSE 0 END,
       moment,
       CASE WHEN fate = 'reminded' AND reminders = 3 THEN pg_temp.link_end(sent) + INTERVAL '1 millisecond' END,
       CASE WHEN fate = 'reminded' AND reminders = 3 THEN 'expired' END,
       CASE WHEN fate = 'reminded' AND reminders = 3 THEN pg_temp.link_end(sent) END,
       CASE WHEN fate IN ('requested', 'reminded') THEN pg_temp.next_step(pg_temp.link_end(sent))
            WHEN fate = 'update_pending' THEN pg_temp.next_step(pg_temp.link_end(sent_again)) END,
       coalesce(moment, '9999-01-01T00:00:00Z'), search_text
FROM bulk_plan JOIN bulk_texts USING (number) JOIN bulk_dates USING (number), bulk_settings s;

INSERT INTO case_words (word, row_id, partner_id, sub_partner_id)
SELECT word, r.id, r.partner_id, r.sub_partner_id
FROM case_rows r JOIN bulk_plan p ON p.number::text = r.number, unnest(string_to_array(r.search_text, ' ')) word;

INSERT INTO case_gates (number, partner_id, sub_partner_id, products, facts)
SELECT p.number::text, p.partner, p.sub_partner, b.products,
       jsonb_build_object('bookings', b.bookings, 'agreement',
           CASE WHEN a.id IS NOT NULL THEN jsonb_build_object('partner', a.offer -> 'partner', 'sub_partner', a.offer -> 'sub_partner',
                                                              'products', a.offer -> 'products', 'is_in_doubt', FALSE) END)
FROM bulk_plan p
JOIN (SELECT customer_number, array_agg(DISTINCT product_code) AS products,
             jsonb_agg(jsonb_build_object('product', product_code, 'options', options, 'ends_at', ends_at) ORDER BY id) AS bookings
      FROM bookings GROUP BY customer_number) b ON b.customer_number = p.number::text
LEFT JOIN agreements a ON a.customer_number = p.number::text AND a.ended_at IS NULL;

DROP FUNCTION pg_temp.link_end, pg_temp.next_step, pg_temp.days_before, pg_temp.figure, pg_temp.seconds;
